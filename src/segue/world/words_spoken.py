"""Words that shows, episodes and audiobooks are made of."""

from __future__ import annotations

from dataclasses import dataclass


def _w(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|"))


@dataclass(frozen=True, slots=True)
class Talk:
    """What a topic is talked about in."""

    shows: tuple[str, ...]  # titles
    subjects: tuple[str, ...]  # what an episode is about
    about: tuple[str, ...]  # sentences of a description


TALK: dict[str, Talk] = {
    "news": Talk(
        _w(
            "The Morning Briefing|Ten Past Eight|The World Before Lunch|Ballot Box|Dispatches|The Lobby|"
            "The Long Question|Border Lines"
        ),
        _w(
            "the coalition talks|rising rents|the port strike|the water bill|the budget vote|"
            "a ceasefire that may hold|grain prices|the rail reform|the mayor's second term|the border town|"
            "the census|the energy bill|the court ruling|a very close election"
        ),
        _w(
            "What happened overnight and why it matters today.|Reporters explain one story a day, without shouting.|"
            "Interviews with the people who have to decide.|Politics for people with other things to do."
        ),
    ),
    "true crime": Talk(
        _w(
            "Cold Harbour Files|The Last Witness|Missing Hours|Case Unclosed|Quiet Street|The Tip Line|"
            "Small Town Silence|Exhibit C"
        ),
        _w(
            "the lighthouse keeper|the forged will|the empty car on Route 6|the art dealer|the second phone|"
            "the night ferry|the missing accountant|the barn fire|the wrong alibi|the orchard case|"
            "the letters|the landlord of Mill Lane"
        ),
        _w(
            "One cold case a season, told from the files.|Detectives, families and the doubts that stayed.|"
            "A reporter goes back to the town where it happened.|"
            "We read the transcripts so that you hear what the jury heard."
        ),
    ),
    "technology": Talk(
        _w(
            "Kernel Hours|The Merge Window|Ship It Slowly|Off by One|Silicon Suburbs|Latency|Root Access|The Changelist"
        ),
        _w(
            "memory safety|the database that would not die|chips after silicon|open source burnout|passkeys|"
            "the outage of the year|small language models|home servers|batteries|the return of the web page|"
            "robots in warehouses|undersea cables|compilers"
        ),
        _w(
            "Engineers on the decisions they would take back.|How the things we use are built, and by whom.|"
            "A weekly hour on software, hardware and the people between.|New tools, tested before they are praised."
        ),
    ),
    "business": Talk(
        _w(
            "Margin Notes|The Second Founder|Ledger Lines|Cash Flow|The Corner Office Door|Supply & Doubt|"
            "Small Big Business|Payroll"
        ),
        _w(
            "a bakery with forty branches|pricing|the family firm|the shipping container|"
            "a brand that came back|hiring badly|the airline that owned nothing|interest rates|franchises|"
            "the four-day week|selling to your rival|the toy factory"
        ),
        _w(
            "Founders about the year it nearly ended.|One company, one decision, forty minutes.|"
            "Money explained by people who have lost some.|How work works."
        ),
    ),
    "science": Talk(
        _w(
            "Half-Life|The Petri Dish|Signal and Noise Floor|Curious Quantities|Deep Field|"
            "The Observable Hour|Lab Coats Off|Orders of Magnitude"
        ),
        _w(
            "black holes|octopus sleep|the smell of rain|dark matter|gut bacteria|ice cores|bird migration|"
            "the placebo effect|prime numbers|volcanoes|the deep sea|memory|vaccines|the age of the Moon"
        ),
        _w(
            "Researchers explain what they do not know yet.|Big questions, careful answers.|"
            "From the lab bench to the edge of the universe.|An hour of evidence, every week."
        ),
    ),
    "history": Talk(
        _w(
            "The Unlit Archive|Empires at Breakfast|Footnotes|A Century Ago|The Siege Room|Ordinary Kings|"
            "Maps That Lied|Ink and Iron"
        ),
        _w(
            "the siege of Candia|the salt roads|the year without a summer|the last emperor of Trebizond|"
            "the canal builders|a forgotten queen|the plague ships|the tulip panic|the spy in the choir|"
            "the Hanse|the first railway|the great fire|the silk thieves"
        ),
        _w(
            "The past, told by those who read the letters.|One year, one place, one mistake.|"
            "Long stories about empires and short ones about kitchens.|Historians argue, kindly."
        ),
    ),
    "sport": Talk(
        _w("Extra Time|The Away End|Ninety Plus Four|Set Piece|The Bench|Match Point Radio|The Long Run|Full Court"),
        _w(
            "the derby|the transfer window|a penalty nobody gave|the comeback season|the marathon wall|"
            "the goalkeeper's year|relegation|the new coach|the quarter-final|the women's cup|"
            "the training ground|the last lap|a record that fell"
        ),
        _w(
            "Two fans and one who played.|The weekend's games, taken apart.|"
            "Tactics, gossip and the table that never lies.|Stories from the touchline."
        ),
    ),
    "wellbeing": Talk(
        _w("Softer Mornings|The Pause|Unhurried|Sleep on It|Body Weather|Gentle Hours|The Waiting Room|A Kinder Voice"),
        _w(
            "sleeping again|saying no|burnout|breathing|grief|walking|the inner critic|screens at night|"
            "friendship after thirty|back pain|worry|starting small|silence"
        ),
        _w(
            "Therapists and listeners talk about what helps.|Ten calm minutes before the day begins.|"
            "Habits that survive a bad week.|No miracles, a little science, a lot of patience."
        ),
    ),
    "music stories": Talk(
        _w(
            "B-Side Stories|The Middle Eight|Liner Notes|One Song Later|Studio Hours|The Rehearsal Room|"
            "Crate Diggers|Feedback Loop"
        ),
        _w(
            "the bridge nobody wanted|a drum machine from 1982|the lost tapes|the tour bus|"
            "writing in D minor|the producer's chair|a sample and its owner|the small label|"
            "the choir in the garage|the bass line|the encore|field recordings"
        ),
        _w(
            "Musicians take one of their songs apart.|The records behind the records.|"
            "How scenes begin in small rooms.|An hour with somebody's favourite album."
        ),
    ),
    "film and tv": Talk(
        _w(
            "Second Act|The Cutting Room|Season Finale|Aspect Ratio|Front Row Left|Spoilers Allowed|"
            "The Long Take|Binge Notes"
        ),
        _w(
            "the heist film|a finale that divided us|the best sequel|monsters|the quiet thriller|"
            "practical effects|the remake|animation in the rain|the courtroom drama|a director's debut|"
            "the anti-hero|subtitles|the unreliable narrator"
        ),
        _w(
            "Two critics, one film, no stars.|What we watched and what it did to us.|"
            "Screenwriters on the scenes that were cut.|Everything worth staying up for."
        ),
    ),
    "books and ideas": Talk(
        _w(
            "Marginalia|The Reading Lamp|Chapter & Doubt|The Slow Argument|A Room of Pages|"
            "Unfinished Thoughts|The Translator's Desk|Ex Libris"
        ),
        _w(
            "the letter as a novel|loneliness|why we keep diaries|the ethics of gossip|translating silence|"
            "utopias|boredom|free will|the short story|courage|memory and fiction|the museum of lost books"
        ),
        _w(
            "Writers and readers at one table.|A philosopher, a novelist and a kettle.|"
            "One idea a week, turned over slowly.|Books you meant to read, talked through."
        ),
    ),
    "food and travel": Talk(
        _w(
            "Salt, Fat, Elsewhere|The Night Market|Slow Trains|Second Helping|Off Season|Bread & Borders|"
            "The Spice Drawer|Window Seat"
        ),
        _w(
            "dumplings in six countries|the night train|street food|sourdough|an island in winter|"
            "the fish auction|chilli|the mountain hut|olive harvest|tea|the best breakfast|"
            "the border market|grandmother's soup"
        ),
        _w(
            "Cooks, kitchens and the roads between them.|We go where the recipe comes from.|"
            "Travel stories for people who are at home.|Eating well, far away and next door."
        ),
    ),
}

FORMS = _w(
    "What {s} taught us|Inside {s}|The truth about {s}|{s}, explained|A short history of {s}|"
    "Who owns {s}?|{s}, part one|{s}, part two|Listening to {s}|Why we talk about {s}|"
    "{s}: what we got wrong|The people behind {s}|After {s}|The trouble with {s}|{h} on {s}|"
    "{s}, with {h}"
)
"""Titles of episodes: {s} the subject, {h} a guest."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """What the books of a genre are called and are about."""

    titles: tuple[str, ...]  # with {a} {n} {p} filled from below
    adjectives: tuple[str, ...]
    nouns: tuple[str, ...]
    places: tuple[str, ...]
    plots: tuple[str, ...]


BOOK_WORDS: dict[str, Shelved] = {
    "fantasy": Shelved(
        _w("The {a} {n}|{n} of {p}|A {n} for {p}|The {n} and the {n2}|Heir of the {a} {n}|The {n} of {p}"),
        _w("Ashen|Silver|Oathbound|Thirteenth|Drowned|Salt-Born|Wandering|Sunless"),
        _w("Crown|Tower|Raven|Sword|Witch|River|Stag|Throne|Mapmaker|Ember"),
        _w("Varrowmere|the Glass Isles|Orrin|the Low Kingdoms|Thornwall|Isket"),
        _w(
            "A mapmaker's daughter finds a kingdom that nobody drew.|"
            "Two heirs, one throne, and a winter that does not end.|"
            "The old magic returns, and it wants its debts paid.|A thief steals the wrong crown."
        ),
    ),
    "science fiction": Shelved(
        _w("{n} of {p}|The {a} {n}|Beyond {p}|The {p} {n}|Last {n} to {p}|A {a} {n}"),
        _w("Silent|Slow|Orbital|Borrowed|Last|Recursive|Distant|Cold"),
        _w("Signal|Colony|Engine|Archive|Transit|Memory|Station|Horizon|Custodian"),
        _w("Ceres|Tau Nine|the Far Ring|Europa|Halcyon|Meridian"),
        _w(
            "A maintenance crew hears a voice from a ship that was never built.|"
            "The colony votes on whether to answer.|An archivist must delete a world.|"
            "Four generations between two stars, and one mutiny."
        ),
    ),
    "crime": Shelved(
        _w("The {n} at {p}|Death in {p}|The {a} {n}|A {n} in {p}|What the {n} Saw|The {p} {n}"),
        _w("Drowned|Second|Silent|Locked|Missing|Quiet"),
        _w("Witness|Widow|Ferry|Verdict|Gardener|Key|Alibi|Lighthouse|Neighbour|Tide"),
        _w("Saltmarsh|Kiruna|Mill Lane|the Harbour|Whitby Sands|Trieste"),
        _w(
            "Inspector and suspect share a name, and a childhood.|"
            "A body in the marsh, and a village that agrees on everything.|"
            "The case was closed for twenty years, until the lake fell.|"
            "Nobody left the island, and nobody is missing."
        ),
    ),
    "romance": Shelved(
        _w("{n} in {p}|The {a} {n}|A {a} {n} in {p}|One {n} in {p}|The {n} Next Door|Not Quite a {n}"),
        _w("Accidental|Second|Unlikely|Summer|Borrowed|Last-Minute"),
        _w("Wedding|Letter|Bookshop|Kiss|Roommate|Vineyard|Bakery|Proposal|Season"),
        _w("Lisbon|Primrose Street|the Hebrides|Provence|Maple Falls|Amalfi"),
        _w(
            "She plans weddings; he cancels them.|Two rivals, one bakery, and a very small kitchen.|"
            "A letter arrives ten years late.|They agreed to pretend until the end of summer."
        ),
    ),
    "literary fiction": Shelved(
        _w("The {a} {n}|What the {n} Keeps|{n}|A {n} of One's Own Making|The {n} of {p}|All the {a} {n2}s"),
        _w("Patient|Unlit|Ordinary|Longest|Inherited|Quiet"),
        _w("Orchard|House|Daughter|Translator|Winter|Piano|Silence|Afternoon|Garden|Tenant"),
        _w("Trieste|Mercy Street|the North Shore|Aleppo|Porto|Lake Erie"),
        _w(
            "Three sisters sell the house in which they stopped speaking.|"
            "A translator discovers herself in another woman's diary.|"
            "One street, fifty years, and the people who left it.|"
            "A father teaches his son the names of birds."
        ),
    ),
    "historical fiction": Shelved(
        _w("The {n}'s {n2}|The {a} {n}|The {n} of {p}|A {n} in {p}|Daughters of {p}|The Road to {p}"),
        _w("Last|Scarlet|Exiled|Faithful|Winter|Forgotten"),
        _w("Glassmaker|Cartographer|Midwife|Envoy|Apothecary|Queen|Weaver|Bookbinder|Regiment"),
        _w("Candia|Venice|Trebizond|Danzig|Granada|the Somme"),
        _w(
            "In a city under siege, a midwife keeps a list of names.|A glassmaker carries a secret over the Alps.|"
            "Two brothers, two armies, one river.|The court is watching, and so is the cook."
        ),
    ),
    "biography": Shelved(
        _w("{h}: A Life|My {a} Years|The {n} and the {n2}|Notes from {p}|A {n} of My Own|From {p}, with a {n}"),
        _w("Loud|Early|Borrowed|Hungry|Quiet|Second"),
        _w("Guitar|Kitchen|Compass|Stage|Camera|Suitcase|Notebook|Harbour"),
        _w("Kingston|the Back Row|Detroit|Salvador|the Road|Hull"),
        _w(
            "From a one-room flat to the largest stages, told without varnish.|"
            "The memoir of a photographer who never liked cameras.|"
            "Letters, interviews and a great deal of cooking.|"
            "The life of a pioneer, by the one who carried the bags."
        ),
    ),
    "popular science": Shelved(
        _w("The {a} {n}|Why {n}s Matter|How to Read a {n}|The {n} Inside Us|A Brief Guide to the {n}|{n} and {n2}"),
        _w("Curious|Hidden|Elastic|Accidental|Deep|Restless"),
        _w("Brain|Ocean|Number|Cell|Planet|Forest|Clock|Atom|Storm"),
        _w("the Lab|the Field"),
        _w(
            "A tour of what we know, and of how we came to know it.|"
            "The story of an idea that took two centuries to be believed.|"
            "Experiments you can try, and some you should not.|"
            "What the smallest things say about the largest."
        ),
    ),
    "self-help": Shelved(
        _w("The {a} {n}|Less {n}, More {n2}|Small {n}|The {n} Habit|Start with {n}|{n} for Beginners"),
        _w("Quiet|Unhurried|Honest|Simple|Kind|Ten-Minute"),
        _w("Courage|Focus|Morning|Rest|Promise|Attention|Yes|Change|Patience"),
        _w("Work|Home"),
        _w(
            "Twelve small changes, each tested on tired people.|A practical guide to doing one thing at a time.|"
            "Stop planning your life and begin with Tuesday.|Kind, short chapters for difficult weeks."
        ),
    ),
    "horror": Shelved(
        _w("The {a} {n}|{n} Beneath {p}|What Lives in the {n}|The {n} at {p}|Do Not Open the {n}|The {p} {n}"),
        _w("Hungry|Whispering|Crawling|Pale|Thirteenth|Unburied"),
        _w("Cellar|Orchard|Choir|Well|Nursery|Lodge|Fog|Doll|Attic"),
        _w("Black Fen|Harrow House|Lake Sorrow|St. Orla's|Dunmoor"),
        _w(
            "The house remembers who lived there, and sets the table.|Something answers when the choir stops.|"
            "They bought the lodge cheaply, and now they know why.|The children have all made the same drawing."
        ),
    ),
}
