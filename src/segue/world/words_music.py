"""Words that band names, album titles and track titles are made of."""

from __future__ import annotations


def _w(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


BAND_FIRST = _w(
    "Paper, Velour, Copper, Hollow, Winter, Salt, Glass, Golden, Quiet, Crooked, Northern, "
    "Electric, Lonely, Marble, Amber, Distant, Wooden, Silver, Broken, Summer, Concrete, Plastic, "
    "Neon, Iron, Wild, Pale, Lost, Second, Civil, Midnight, Rural, Tidal, Feral, Lunar, Static, "
    "Ivory, Burning, Careful, Minor, Analog, Double, Ghost, Sunday, Honey"
)
BAND_LAST = _w(
    "Lanterns, Harbours, Orchards, Kites, Foxgloves, Sparrows, Motels, Tides, Cathedrals, Sirens, "
    "Engines, Almanacs, Parades, Satellites, Wolves, Mirrors, Postcards, Antlers, Machines, "
    "Avenues, Saints, Riders, Ferries, Daughters, Thieves, Architects, Monuments, Gardens, "
    "Swimmers, Cousins, Pilots, Weathers, Colonies, Holidays, Signals, Pines"
)
BAND_ONE = _w(
    "Fernweh, Marrow, Solace, Undertow, Halcyon, Brine, Tinder Box, Gravel, Vesper, Saltlick, "
    "Overcast, Kindling, Moth, Parallax, Lull, Driftwood, Isobar, Cinder, Lowlands, Petrichor, "
    "Ember Hall, Nocturne, Ravine, Tundra, Sable, Oriel, Palisade, Quarry, Thistle, Verge, Wick, "
    "Zephyr Lane, Aftermath, Bellwether, Coda, Dusk Theory, Firebreak, Hush, Loom"
)
DARK_FIRST = _w(
    "Iron, Black, Cold, Grave, Obsidian, Ashen, Blood, Dread, Frozen, Hollow, Rust, Storm, Wither, "
    "Bone, Thorn, Void, Dire"
)
DARK_LAST = _w(
    "Monolith, Covenant, Reign, Vigil, Tempest, Hammer, Procession, Requiem, Furnace, Oath, "
    "Citadel, Serpent, Eclipse, Throne, Harvest, Tide, Wound, Cairn, Bastion, Legion"
)
DJ_NAMES = _w(
    "Kova, Lumen, Rekta, Ostin, Mirell, Tavo, Nuvo, Pressa, Sondra K, Vektor, Halden, Ryza, Oblik, "
    "Marlo V, Junction 9, Sublevel, Nightbus, Kinetika, Lowpass, Ferrit, Aura Blok, Polyform, "
    "Tessel, Drumlin, Solvent, Modul, Axial, Delta Row, Yoko Vann, Karsten B, Palma, Cassio, "
    "Interval, Hertz & Sohn, Null Island, Terrace, Warehouse 12, Slow Voltage, Arpa"
)
RAP_NAMES = _w(
    "Lil Comet, Big Tally, Juice Malone Jr., Nova Kash, Young Ledger, MC Halfstep, Tone Varga, "
    "Kid Borough, Dre Fontaine, Lady Quarter, Saint Wesley, Eastwick, Prince Marlo, Yung Atlas, "
    "Rook, Ceddy B, Mack Orlando, Deuce Carver, Queen Ayo, Slim Octave, Low Key Luis, Bodega Phil, "
    "Zé Concreto, Kilo Baptiste, Rhyme Ministry, J. Verso, Trell Diamond"
)
IDOL_NAMES = _w(
    "STARLYT, NEO:BLUE, Cherry Wave, 7UNE, Luvia, AURORA5, Moonpop, PRISMA, Hello Sora, VELVIT, "
    "Dreamroute, X-ODE, Mirae, Sugar Index, Polaris Girls, Bitter Lemon, Ao to Shiro, Yoru Club, "
    "Tokyo Parfait, Kirakira Signal, Denki Garden, Hanabi 3"
)
ENSEMBLES = _w("Trio, Quartet, Quintet, Ensemble, Sextet")
ORCHESTRAS = _w(
    "Chamber Orchestra, Philharmonic, Sinfonia, String Quartet, Baroque Players, Camerata, Wind Ensemble, Chamber Choir"
)
REGION_BANDS = _w(
    "Banda Río Bravo, Los Hermanos Luján, Grupo Frontera Azul, Los Gavilanes del Cerro, "
    "Conjunto Noria, Los Coyotes de Oro, Banda La Cosecha, Grupo Sereno, Orquesta Manantial, "
    "La Sonora Caribeña del Sur, Los Pregoneros, Orquesta Malecón"
)

ADJECTIVES = _w(
    "Blue, Slow, Golden, Hollow, Bright, Little, Broken, Silent, Strange, Wild, Paper, Distant, "
    "Crooked, Heavy, Simple, Burning, Empty, Gentle, Second, Last, Borrowed, Open, Crowded, Tender, "
    "Restless, Faded, Honest, Secret, Careless, Northern, Sleepless, Wasted, Brand New, Half-Lit, "
    "Unwritten, Weightless, Rented, Stolen, Ordinary, Perfect"
)
STYLES: dict[str, tuple[str, ...]] = {
    "love": _w(
        "Heart, Kiss, Perfume, Mirror, Honey, Lipstick, Promise, Body, Silk, Fever, Diamond, Crush, "
        "Number, Weekend, Voicemail, Sweater, Daydream, Ring, Flame, Lover, Goodbye, Touch, Sugar, "
        "Pillow, Secret, Temptation, Ceiling, Photograph, Name"
    ),
    "day": _w(
        "Bicycle, Balcony, Lemonade, Postcard, Kitchen, Window, Neighbour, Backyard, Swimming Pool, "
        "Polaroid, Morning, Paper Plane, Ferris Wheel, Notebook, Staircase, Raincoat, Corner Shop, "
        "Tangerine, Garden, Train Ride, Birthday, Museum, Radio, Suburb, Laundry, Clover, Sidewalk, "
        "Terrace, Library, Afternoon"
    ),
    "night": _w(
        "Neon, Skyline, Taxi, Arcade, Tokyo, Satellite, Signal, Velvet Room, Hotel, Mirage, Cassette, "
        "Headlight, Elevator, Horizon, Laser, Midnight, Escape, Chrome, Boulevard, Silhouette, "
        "Parallel, Monitor, Afterglow, Underpass, Night Drive"
    ),
    "road": _w(
        "Highway, River, Porch, Whiskey, Truck, Levee, Railroad, Dust, County Line, Creek, Barn, "
        "Gravel, Mile Marker, Church Bell, Cornfield, Motel, Ridge, Old Guitar, Harvest, Fence Post, "
        "Moonshine, Valley, Mama's House, Tin Roof, Lantern, Wildfire, Prairie, Dog, Screen Door, "
        "Sawmill"
    ),
    "hard": _w(
        "Nothing, Static, Bruise, Curfew, Riot, Concrete, Ceasefire, Matches, Teeth, Wreckage, Alarm, "
        "Barbed Wire, Landlord, Basement, Vertigo, Collapse, Sirens, Gasoline, Fuse, Payday, Shrapnel, "
        "Dead End, Bulldozer, Ransom, Noise, Hangover"
    ),
    "dark": _w(
        "Ash, Crown, Abyss, Serpent, Oblivion, Throne, Plague, Winter, Ruin, Blade, Raven, Wrath, "
        "Requiem, Pyre, Covenant, Sepulchre, Eclipse, Crucible, Fang, Exile, Hydra, Catacomb, Tyrant, "
        "Iron Gate, Thunder, Grave, Scourge, Altar"
    ),
    "street": _w(
        "Block, Corner, Money, Chain, Hustle, Ledger, Blueprint, Crown, Mirror, Rent, Overtime, Cypher, "
        "Pressure, Receipts, Elevation, Rooftop, Late Shift, Smoke, Verdict, Paper, Interlude, Summer, "
        "City, Dice, Bodega, Legacy, Mama, Passport"
    ),
    "calm": _w(
        "Snowfall, Tide, Moss, Drift, Lullaby, Cloud, Harbour, Stillness, Pebble, Fog, Glacier, Breath, "
        "Petal, Rain, Lake, Meadow, Slow Light, Window Seat, Teacup, Constellation, Horizon, Willow, "
        "Low Sun, Feather, Dew, Shoreline, Candle"
    ),
    "dance": _w(
        "Groove, Floor, Heat, Rhythm, Body, Saturday, Carnival, Motion, Sweat, Disco, Bassline, "
        "Carousel, Sunrise, Fire, Party, Strut, Mirrorball, Jungle, Terrace, Fever, Step, "
        "Street Parade, Drum, Brass, Ocean, Weekend"
    ),
    "machine": _w(
        "Circuit, Loop, Concrete, Sequence, Pulse, Vector, Turbine, Matrix, Function, Relay, Phase, "
        "Grid, Magnet, Voltage, Protocol, Echo Chamber, Piston, Transit, Sector, Resonance, Filter, "
        "Subway, Modulation, Hangar, Oxide, Delay"
    ),
    "light": _w(
        "Glory, River, Morning, Sunrise, Mercy, Mountain, Grace, Freedom, Home, Sky, Blessing, Zion, "
        "Light, Wings, Harvest, Path, Kingdom, Rain, Garden, Angel, Horizon, Promise, Roots, Breath, "
        "Candle"
    ),
    "jazz": _w(
        "Minor Blues, Corner Table, Cigarette, Umbrella, Waltz, Avenue, Bourbon, November, Samba, "
        "Serenade, Piano Bar, Autumn, Trombone, Chess Game, Stranger, Taxi, Saxophone, Moon, Overcoat, "
        "Ballad, Café, Rendezvous, Train, Harlem"
    ),
}
STYLES["classical"] = STYLES["calm"]
PLACES_SUNG = _w(
    "Lisbon, Memphis, the Harbour, Brooklyn, Marseille, the Valley, Old Town, Havana, Berlin, "
    "the Suburbs, Montreal, Kyoto, the Coast, Alameda, Route 9, Lagos, the Hills, Santa Rosa, "
    "Dover, Savannah, the East Side, Bahia, the Metro, Galway"
)
TIMES_SUNG = _w(
    "Tonight, Tomorrow, at Dawn, in July, on Sunday, After Midnight, in the Morning, Last Summer, "
    "Till Monday, in December, Forever, Again, All Year, at Noon, Before the Rain, Since You Left, "
    "After the Storm, in Slow Motion, by the Sea"
)
VERBS = _w(
    "Call Me, Hold On, Run Away, Come Home, Burn It Down, Wake Up, Let Go, Stay Here, Drive, Dance, "
    "Fall Apart, Write It Down, Leave the Light On, Take Me Back, Turn Around, Say It, Lie Down, "
    "Wait for Me, Keep Moving, Give It Up, Look Away, Meet Me, Believe It, Carry Me, Break Even, "
    "Breathe, Slow Down, Save Me a Seat, Count to Ten, Sing Along"
)
LINES = _w(
    "What You Never Said, Nobody Told the {n}, I Left My {n} in {p}, You and the {n}, "
    "Every {n} but Mine, All the {a} Things, Too Late for the {n}, If the {n} Could Talk, "
    "Half of My {n}, Where the {n} Begins, Better Than {p}, Not Your {n}, The {n} Won't Wait, "
    "Only the {n}, More {n} Than This, Somebody's {n}, Give Me the {n}, The Way to {p}, "
    "Before the {n}, Under the {n}, No More {n}, Like a {a} {n}, Thinking About {p}, A {n} for You"
)
CLASSICAL_FORMS = _w(
    "Nocturne, Prelude, Sonata, Étude, Impromptu, Suite, Waltz, Concerto, Fantasia, Rondo, "
    "Serenade, Ballade, Scherzo, Partita, Divertimento, Elegy"
)
KEYS = _w(
    "C Major, G Minor, D Major, A Minor, E-flat Major, F Minor, B-flat Major, E Minor, "
    "C-sharp Minor, A-flat Major, F Major, B Minor, D Minor, G Major"
)
MOVEMENTS = _w(
    "I. Allegro, II. Andante, III. Presto, I. Adagio, II. Largo, III. Vivace, IV. Rondo, I. Moderato, II. Lento"
)
RAGAS = _w("Yaman, Bhairavi, Desh, Malkauns, Kedar, Bageshri, Darbari, Hamsadhwani, Puriya, Marwa, Khamaj, Jog")

FOREIGN: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "es": (
        _w(
            "Noche, Luz, Calle, Corazón, Lluvia, Verano, Fuego, Mar, Promesa, Carta, Luna, Camino, Sombra, "
            "Beso, Tormenta, Voz, Cielo, Domingo, Piel, Fiebre, Sal, Madrugada, Baile, Silencio, Ventana, "
            "Café, Canela, Mentira, Frontera, Arena"
        ),
        _w(
            "de abril, sin ti, en la ciudad, del sur, contigo, de papel, a medianoche, por dentro, "
            "en tu cama, de mi tierra, al amanecer, para dos, de nadie, otra vez, sin permiso, "
            "bajo la lluvia, de ayer, hasta mañana, en el espejo, de oro"
        ),
    ),
    "pt": (
        _w(
            "Saudade, Janela, Maré, Coração, Chuva, Rua, Estrela, Moreno, Madrugada, Jardim, Barco, Sertão, "
            "Beijo, Vento, Canção, Domingo, Lua, Espelho, Sorriso, Estrada, Rede, Flor, Carnaval, Silêncio, "
            "Menina, Violão"
        ),
        _w(
            "de verão, sem você, na varanda, do interior, de papel, à beira-mar, outra vez, de domingo, "
            "no escuro, de nós dois, pra depois, do norte, em mim, de manhã, na contramão, que ficou, "
            "de saideira, na chuva"
        ),
    ),
    "fr": (
        _w(
            "Minuit, Dimanche, Les toits, La fenêtre, Un été, Le quai, Mon cœur, La pluie, Les amants, "
            "Une lettre, Le silence, Ma rue, La marée, Les néons, L'hiver, Un café, Le dernier métro, "
            "Nos mains, La lumière, Tes yeux, L'orage"
        ),
        _w(
            "sans toi, à Lyon, de novembre, dans le noir, au bord de l'eau, pour rien, à deux, d'en face, "
            "qui tombe, encore, de papier, sous la pluie, avant l'aube, du dimanche, en secret, "
            "à contre-jour, de passage, loin d'ici"
        ),
    ),
    "de": (
        _w(
            "Kein Licht, Sommer, Mein Herz, Regen, Zwei Zimmer, Nachtbus, Alles, Die Stadt, Letzter Zug, "
            "Dein Name, Asphalt, Sonntag, Nordwind, Wir beide, Der Hafen, Funken, Heimweg, Altes Haus, "
            "Blaue Stunde, Balkon, Nichts"
        ),
        _w(
            "ohne dich, am Kanal, im Regen, bis morgen, nach Mitternacht, auf Papier, im November, "
            "für immer, aus Glas, am Ende, zu zweit, im Kopf, ohne Ziel, vor der Tür, im Rückspiegel, "
            "wie früher, unter Strom, bei Nacht"
        ),
    ),
    "sv": (
        _w(
            "Vinter, Sommaren, Ditt namn, Hamnen, Norrsken, Hjärtat, Gatan, Regnet, Söndag, Ljuset, Tåget, "
            "Natten, Björkar"
        ),
        _w(
            "utan dig, i Malmö, efter midnatt, vid havet, igen, i november, av glas, på väg hem, i mörkret, "
            "för alltid, som förr"
        ),
    ),
    "it": (
        _w(
            "Notte, Un'estate, Il mare, Cuore, La pioggia, Domenica, Le mani, Luna, Una lettera, Finestra, "
            "Il treno, Sabbia"
        ),
        _w(
            "senza te, a Napoli, di carta, in periferia, per sempre, di settembre, a metà, sotto casa, "
            "ancora, nel buio, d'oro"
        ),
    ),
    "ja": (
        _w(
            "Yoake, Natsu, Hoshizora, Kaze, Ame, Hikari, Namida, Sakura, Umi, Kimi, Machi, Yoru, Sora, "
            "Hanabi, Kioku, Densha"
        ),
        _w(
            "no Uta, no Mukou, no Machi de, Memory, Dive, to Kimi, no Kisetsu, Parade, ga Saku, "
            "wo Sagashite, Magic, Letter, no Niwa"
        ),
    ),
    "ko": (
        _w(
            "Byeol, Bom, Haru, Baram, Neon, Bimil, Kkum, Bam, Bada, Shigan, Nunbit, Gaeul, Cherry, Lucky, "
            "Spotlight, Replay"
        ),
        _w(
            "Night, (Don't Wait), Season, Signal, Fever, Story, on Repeat, Drive, Letter, (Again), Wave, "
            "Rush, Diary, Lights"
        ),
    ),
    "hi": (
        _w(
            "Dil, Chaand, Baarish, Tere Bina, Sapne, Raat, Khwaab, Saawan, Ishq, Yaadein, Safar, Manzil, "
            "Naina, Dhoop, Zindagi"
        ),
        _w(
            "Ki Raat, Mera, Tera, Se Pehle, Ka Mausam, Hai Yeh, Mein Kho Gaye, Aaj Bhi, Ke Paas, Ki Baat, "
            "Ho Gaya, Dheere Dheere"
        ),
    ),
}
"""Openings and tails of titles in other languages; any tail follows any opening."""

CHRISTMAS = _w(
    "Snow on the Porch, Christmas in {p}, The {n} Under the Tree, {a} Christmas, "
    "Home by Christmas Eve, Sleigh Bells in {p}, One More Silent Snow, Mistletoe and {n}, "
    "A {a} Winter Carol, Santa Took the {n}, Candles in the Window, Merry Little {n}"
)
