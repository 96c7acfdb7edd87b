"""The moods that Segue tells apart, and the words that say them, in several languages.

A word ending in * stands for all that begin with it; several words stand for their sequence. Accents do not matter.
Of those that fit at a place only the longest counts: "low energy" is calm and not energetic.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mood:
    """What music is like."""

    name: str
    words: str  # separated by commas
    says: str  # music of this mood in a sentence, for a text encoder


MOODS: tuple[Mood, ...] = (
    Mood(
        "calm",
        "calm*, relax*, mellow*, sooth*, peace*, gentl*, quiet*, tranquil*, seren*, chill*, easygoing, easy going, "
        "laid back, laidback, easy listening, low energy, slow, smooth*, slow tempo, sleep*, lullab*, meditat*, "
        "ambient*, downtempo, zen, unwind*, placid*, restful, minimal*, ruhig*, entspann*, sanft*, gelassen*, "
        "tranquill*, rilass*, calmo, calma, calme*, apais*, relaj*, suave*, dolce, lugn*, stilla, avslapp*, 癒し*, "
        "落ち着*, リラックス*, 잔잔*, спокойн*",
        "calm, relaxing, peaceful and gentle music",
    ),
    Mood(
        "dreamy",
        "dream*, ethereal*, atmospher*, hypnot*, trippy, psychedel*, floaty, floating, celestial, space, spacey, "
        "soundscape*, surreal*, hazy, airy, shoegaz*, late night, vertraumt*, traumer*, traumhaft*, reveur*, onir*, "
        "sonad*, sognant*, sonhador*, dromsk*, 夢*, 몽환*, мечтательн*",
        "dreamy, ethereal, floating and atmospheric music",
    ),
    Mood(
        "tender",
        "tender*, intimate*, emotion*, heartfelt*, sentimental*, warm*, soft, softly, sincere*, soulful*, delicat*, "
        "touching, poignan*, expressive, passionate*, ballad*, cozy, cosy, zart*, gefuhlvoll*, innig*, herzlich*, "
        "tendre*, emouvant*, intim*, tiern*, emotiv*, tener*, commovent*, ternura, varm*, innerlig*, 優し*, нежн*",
        "tender, intimate, heartfelt and emotional music",
    ),
    Mood(
        "sad",
        "sad, sadly, sadness, sadder, melanchol*, sorrow*, mourn*, gloom*, lonel*, heartbr*, grief*, griev*, "
        "tearful*, depress*, bittersweet*, lament*, pensive*, blue mood, cry, crying, moody, wistful*, traurig*, "
        "schwermut*, einsam*, triste*, tristez*, malinconi*, melancol*, sorgs*, ledsen*, vemod*, 悲し*, 切な*, "
        "슬픈*, 슬픔*, грустн*, печальн*",
        "sad, melancholic and lonely music of heartbreak",
    ),
    Mood(
        "nostalgic",
        "nostalg*, retro*, vintage*, throwback*, oldies, old school, oldschool, old fashioned, reminisc*, memories, "
        "evergreen*, saudade*, nostalj*, sehns*, wehmut*, anos 80, anos 90, 80s, 90s, 70s, 60s, 50s, 懐かし*, "
        "ностальг*",
        "nostalgic music that brings back memories of earlier years",
    ),
    Mood(
        "romantic",
        "romant*, love, loving, lovers, love song*, sensual*, sexy, seduct*, sultry, amor*, valentin*, liebe, "
        "liebes*, sinnlich*, verliebt*, amour*, amore, innamorat*, enamorad*, apaixon*, karlek*, 恋*, 사랑*, любов*",
        "romantic, sensual love songs",
    ),
    Mood(
        "happy",
        "happy, happi*, joy*, cheer*, glad, upbeat*, bright*, sunny, sunshine, feel good, feelgood, good vibes, "
        "positiv*, jolly, merry, delight*, light hearted, lighthearted, festive, summer*, buoyant, spirited, "
        "frohlich*, heiter*, glucklich*, joyeu*, heureu*, feliz*, alegr*, felic*, allegr*, munter*, lycklig*, "
        "楽し*, 明る*, 행복*, 신나*, весел*, радост*",
        "happy, joyful, cheerful and bright music",
    ),
    Mood(
        "playful",
        "playful*, fun, funny, humor*, humour*, comed*, comic*, quirky, silly, whimsical*, cartoon*, goofy, child*, "
        "kids, witty, animated, mischiev*, verspielt*, lustig*, spielerisch*, enfant*, ludique*, drole*, divertid*, "
        "jugueton*, infantil*, divertent*, giocos*, bambin*, lekfull*, rolig*, kinder*, 可愛*, забавн*",
        "playful, funny, whimsical and light music",
    ),
    Mood(
        "groovy",
        "groov*, funk*, dance*, danci*, dancing, danceable, danz*, bounc*, swing*, bail*, rhythmic*, bass heavy, "
        "disco*, boogie*, club, clubbing, tanz*, danse*, dansant*, latin dance, ダンス*, 댄스*, танц*",
        "groovy, funky and danceable music with a strong beat",
    ),
    Mood(
        "uplifting",
        "uplift*, inspir*, motivat*, hopeful*, hope, optimis*, empower*, triumph*, encourag*, elevat*, anthem*, "
        "spiritual*, devotional*, gospel, corporate, hoffnungs*, erhebend*, ermutig*, espoir, esperan*, esperanz*, "
        "speranz*, motivad*, hoppfull*, upplyft*, 希望*, 응원*, вдохновл*",
        "uplifting, inspiring, hopeful and motivating music",
    ),
    Mood(
        "energetic",
        "energ*, high energy, fast, fast tempo, uptempo, up tempo, lively, vibrant, vigorous*, exciting, "
        "excitement, excited, dynamic*, driving, power*, electrifying, adrenaline, hyper*, enthusias*, vivaci*, "
        "youthful*, confident*, pumped, pumping, banger*, sport*, action, cardio, workout*, intense*, schnell*, "
        "lebhaft*, schwungvoll*, energisch*, rapide*, dynamique*, rapid*, vivace*, veloc*, animad*, livlig*, 激し*, "
        "元気*, 에너지*, энергичн*",
        "energetic, fast, powerful and exciting music",
    ),
    Mood(
        "aggressive",
        "aggress*, angry, anger, furious*, rage, raging, violent*, harsh*, brutal*, heavy, hard hitting, "
        "rebellious*, chaotic*, manic, fierce*, screaming, shouting, thrash*, hardcore, wutend*, wut, zornig*, "
        "agresiv*, furios*, rabbia*, colere*, ilsk*, raiv*, 怒り*, 攻撃*, 분노*, агрессивн*, злой, злая",
        "angry, aggressive, harsh and heavy music",
    ),
    Mood(
        "dark",
        "dark*, sinister*, grim, eerie*, evil, ominous*, haunt*, creepy, scary, spooky, horror*, gothic*, menac*, "
        "macabr*, bleak*, doom*, occult*, dystop*, duster*, finster*, unheimlich*, sombre*, lugubr*, oscur*, cupo, "
        "tenebr*, sombri*, mork*, kuslig*, ダーク*, 怖*, 어두*, мрачн*, темн*",
        "dark, sinister, eerie and scary music",
    ),
    Mood(
        "tense",
        "tens*, suspens*, anxi*, nervous*, restless*, urgent*, dramat*, drama, thrill*, uneasy, unsettling, chase, "
        "frantic*, building anticipation, anticipation, spannend*, angespannt*, unruhig*, dramaticl*, angoiss*, "
        "inquiet*, angust*, ansios*, spannung*, spannande, orolig*, 緊張*, 긴장*, тревожн*, напряж*",
        "tense, suspenseful, dramatic and restless music",
    ),
    Mood(
        "epic",
        "epic*, cinemat*, movie*, film*, trailer*, majestic*, grandiose, grandeur, heroic*, orchestral*, adventur*, "
        "soundtrack*, score, monumental*, glorious*, victor*, sweeping, bombast*, episch*, heldenhaft*, heroique*, "
        "epique*, eroic*, grandios*, maestos*, storslag*, episk*, 壮大*, 웅장*, эпич*",
        "epic, cinematic, majestic and heroic music",
    ),
    Mood(
        "mysterious",
        "myster*, enigma*, mystic*, strange*, weird*, magic*, otherworld*, exotic*, obscure*, secret*, intrigu*, "
        "geheimnis*, ratselhaft*, misteri*, enigmat*, envoutant*, misterios*, mystisk*, gatfull*, 神秘*, 신비*, "
        "таинств*",
        "mysterious, mystical, strange and enigmatic music",
    ),
)
"""Wide enough for what people call moods in catalogues, few enough to be told apart by a person."""
