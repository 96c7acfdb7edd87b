"""The activities that Segue knows music for, the words that say them, what suits them, and when many do them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Activity:
    """What music is for."""

    name: str
    title: str
    words: str  # as those of a mood
    says: str  # music for it in a sentence, for a text encoder
    moods: Mapping[str, float]  # how far each mood speaks for it, or against it
    hours: tuple[tuple[int, int], ...] = ()  # local [from, to) at which many do it; empty: at any
    workdays: bool = False  # and then on Monday to Friday only
    sound: Mapping[str, float] = field(default_factory=dict)  # what tempo, energy and loudness add to it


ACTIVITIES: tuple[Activity, ...] = (
    Activity(
        "morning", "Good morning",
        "morning*, wake up*, waking up, sunrise*, breakfast*, coffee*, brunch*, guten morgen, aufwachen, aufsteh*, "
        "fruhstuck*, matin*, reveil*, petit dejeuner, manana, despert*, desayuno*, mattin*, mattino, risveglio*, "
        "colazione, manha*, morgon*, frukost*, vakna*, 朝*, モーニング*, 아침*, утро*, утрен*",
        "music for the morning, waking up gently and breakfast",
        {"happy": 0.6, "uplifting": 0.5, "tender": 0.3, "calm": 0.3, "aggressive": -0.7, "dark": -0.6,
         "tense": -0.5, "sad": -0.3},
        ((5, 11),), sound={"tempo": 0.05, "energy": 0.05},
    ),
    Activity(
        "focus", "Focus",
        "focus*, study*, studi*, concentrat*, work music, working, deep work, office, coding, programming, reading, "
        "homework, productiv*, brain food, lernen*, konzentr*, arbeiten, buro*, etudi*, etude, travail*, concentr*, "
        "estudi*, trabaj*, studio e concentrazione, lavoro, trabalh*, plugg*, fokus*, 勉強*, 集中*, 作業用*, 공부*, "
        "집중*, учеб*, концентрац*",
        "instrumental music for focus, studying, concentrating and working",
        {"calm": 0.7, "dreamy": 0.3, "groovy": -0.2, "energetic": -0.5, "aggressive": -0.9, "tense": -0.4,
         "playful": -0.3, "romantic": -0.3, "dark": -0.2},
        ((8, 12), (13, 18)), True, sound={"tempo": -0.1, "energy": -0.2},
    ),
    Activity(
        "workout", "Workout",
        "workout*, work out, working out, gym*, fitness*, exercis*, cardio, running, runner*, jogging, training, "
        "sport*, aerobic*, lifting, spinning, crossfit, hiit, trainings*, laufen, joggen, sportlich*, "
        "entrainement*, courir, course a pied, musculation, entrenamiento*, correr, gimnasio*, allenament*, "
        "correre, palestra*, treino*, corrida, trana, traning*, lopning*, 筋トレ*, ワークアウト*, ランニング*, "
        "운동*, тренировк*, спорт*, бег",
        "fast energetic music for a workout, running and the gym",
        {"energetic": 0.9, "aggressive": 0.3, "groovy": 0.3, "uplifting": 0.2, "happy": 0.2, "calm": -0.9,
         "sad": -0.5, "tender": -0.4, "dreamy": -0.4},
        ((6, 9), (16, 20)), sound={"tempo": 0.3, "energy": 0.3, "loudness": 0.1},
    ),
    Activity(
        "commute", "On the way",
        "commut*, drive, driving music, road trip*, roadtrip*, in the car, highway*, on the road, travel*, "
        "train ride, unterwegs, autofahr*, pendl*, reise*, voyage*, trajet*, en route, voiture, viaje*, viagg*, "
        "coche, carretera*, in auto, viagem, estrada, pa vag, bilresa*, resa, ドライブ*, 通勤*, 드라이브*, 출근*, "
        "дорог*",
        "music for the road, for driving and commuting",
        {"energetic": 0.4, "uplifting": 0.4, "happy": 0.3, "nostalgic": 0.3, "groovy": 0.2, "calm": -0.2},
        ((7, 9), (16, 19)), True, sound={"tempo": 0.1, "energy": 0.1},
    ),
    Activity(
        "cooking", "In the kitchen",
        "cook*, kitchen*, dinner*, baking, kochen, kuche*, abendessen, cuisine*, diner, cocina*, cena*, cucina*, "
        "cozinha*, jantar, matlagning, middag*, 料理*, ディナー*, 요리*, кухн*, ужин*",
        "warm and groovy music for cooking and dinner",
        {"groovy": 0.5, "happy": 0.5, "tender": 0.3, "romantic": 0.2, "aggressive": -0.8, "dark": -0.6,
         "tense": -0.5, "sad": -0.3},
        ((11, 14), (17, 21)),
    ),
    Activity(
        "party", "Party",
        "party*, partie*, club, clubbing, celebrat*, dancefloor*, rave, festival, birthday*, karaoke, pregame, "
        "feiern, feier*, tanzflache*, fete*, soiree*, fiesta*, festa*, balada, festmusik, パーティー*, 파티*, "
        "вечеринк*, праздник*",
        "loud dance music for a party and the club",
        {"groovy": 0.6, "energetic": 0.5, "happy": 0.4, "playful": 0.2, "calm": -0.8, "sad": -0.7, "tender": -0.4,
         "dreamy": -0.3},
        ((20, 24), (0, 3)), sound={"tempo": 0.15, "energy": 0.25, "loudness": 0.1},
    ),
    Activity(
        "romance", "Two of us",
        "date night, candle*, candlelight dinner, valentin*, wedding*, honeymoon, make out, hochzeit*, zu zweit, "
        "mariage*, boda*, matrimonio, casamento*, brollop*, デート*, 데이트*, свадьб*",
        "slow romantic music for two",
        {"romantic": 0.9, "tender": 0.4, "calm": 0.2, "aggressive": -0.9, "dark": -0.4, "tense": -0.4,
         "energetic": -0.3},
        ((18, 24),), sound={"energy": -0.1},
    ),
    Activity(
        "wind-down", "Wind down",
        "wind down, winding down, unwind*, evening*, after work, late night, nightcap, cool down, fireplace, "
        "feierabend*, abend*, abschalten, runterkommen, soir, du soir, detente*, desconect*, noche tranquila, "
        "por la noche, sera, serale*, fim de tarde, kvall*, varva ner, 夜*, 저녁*, вечер*",
        "mellow music to wind down in the evening and relax after work",
        {"calm": 0.8, "tender": 0.4, "dreamy": 0.3, "romantic": 0.2, "energetic": -0.6, "aggressive": -0.9,
         "tense": -0.5, "groovy": -0.2},
        ((20, 24), (0, 1)), sound={"tempo": -0.15, "energy": -0.25, "loudness": -0.1},
    ),
    Activity(
        "meditation", "Meditation",
        "meditat*, mindful*, yoga*, spa, massage*, zen, new age, reiki, chakra*, healing, breathing, achtsam*, "
        "relajacion, meditac*, meditaz*, 瞑想*, ヨガ*, 명상*, 요가*, медитац*, йог*",
        "quiet ambient music for meditation, yoga and the spa",
        {"calm": 0.7, "dreamy": 0.4, "mysterious": 0.1, "energetic": -0.8, "aggressive": -0.9, "groovy": -0.4,
         "playful": -0.4, "tense": -0.5, "dark": -0.3},
        (), sound={"tempo": -0.2, "energy": -0.3, "loudness": -0.1},
    ),
    Activity(
        "sleep", "Sleep",
        "sleep*, asleep, bedtime, good night, goodnight, lullab*, insomnia*, white noise, nap, einschlafen, "
        "schlaf*, wiegenlied*, dormir, sommeil*, berceuse*, sueno*, nana, sonno*, ninna nanna, ninar, somn*, sova, "
        "vaggvis*, 睡眠*, 子守*, おやすみ*, 수면*, 자장가*, сон, сна, колыбельн*",
        "very quiet and slow music for falling asleep, lullabies",
        {"calm": 0.7, "dreamy": 0.3, "tender": 0.1, "energetic": -0.9, "aggressive": -1.0, "groovy": -0.6,
         "tense": -0.7, "dark": -0.4, "playful": -0.3, "happy": -0.2},
        ((22, 24), (0, 4)), sound={"tempo": -0.2, "energy": -0.4, "loudness": -0.2},
    ),
)  # fmt: skip
