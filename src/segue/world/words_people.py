"""First and last names by culture. Names are put together by chance: any likeness to a real person is chance too."""

from __future__ import annotations

FIRST: dict[str, tuple[str, ...]] = {
    culture: tuple(names.split())
    for culture, names in {
        "en": "Ada Wren Hollis Imogen Rowan Delia Marlow Tess Callum Nora Everett Juno Silas Maeve Otis "
        "Bridie Cal Hattie Jonah Petra Emmett Lorna Theo Willa Rufus Della Amos Freya Gideon Opal "
        "Russell Cora",
        "de": "Anneke Jonas Greta Matthis Lotte Henrik Frieda Kaspar Ilse Tilman Marlene Bastian Swantje "
        "Konrad Wiebke Arne Elke Leopold Carlotta Benno Hedda Jannik Rieke Volker",
        "fr": "Élodie Bastien Margaux Rémi Solène Thibault Apolline Gaspard Maëlle Corentin Inès Lucien "
        "Capucine Étienne Noémie Armand Clémence Yanis Faustine Loïc Aïssatou Malik Odile Guillaume",
        "es": "Lucía Mateo Ximena Joaquín Marisol Emiliano Abril Santiago Jimena Rodrigo Paloma Ignacio "
        "Renata Álvaro Itzel Gael Nuria Esteban Catalina Leonel Inmaculada Damián Araceli Fermín",
        "pt": "Thaís Caio Luana Otávio Jussara Davi Iracema Murilo Yasmin Renan Dandara Heitor Marina Jorge "
        "Rosália Vinícius Cecília Tadeu Lívia Zeca Janaína Anselmo Flora Ubirajara",
        "sv": "Ebba Axel Tuva Viggo Saga Elis Signe Hjalmar Alva Måns Ylva Sixten Hedvig Torsten Maja Love "
        "Linnéa Isak Tyra Gustav Liv Ragnar Svea Nils",
        "ja": "Haruka Ren Aoi Sota Yui Kaito Natsumi Takumi Chihiro Daichi Mio Shun Ayaka Naoki Sakura Kenta "
        "Hinata Jun Misaki Ryota Kanade Itsuki Fumiko Masaru",
        "hi": "Ananya Rohan Ishita Kabir Meera Vikram Tanvi Arnav Lata Devansh Ritika Nikhil Sarita Harsh "
        "Padma Imran Zoya Suresh Kavya Manish Leela Farhan Geeta Tarun",
        "ng": "Adaeze Tunde Ngozi Emeka Folake Chidi Yetunde Obinna Amaka Segun Ifeoma Kelechi Bisi Uche "
        "Halima Musa Temi Dayo Nneka Ebuka Zainab Ikenna Simi Wale",
        "ko": "Ji-woo Min-seo Seo-yeon Ha-eun Do-yun Ye-jun Su-bin Hyun-woo Da-in Eun-ji Tae-min Yu-na "
        "Jae-hyun Sol Ga-ram Bo-ra Chan-ho Na-ri",
        "it": "Ginevra Lorenzo Chiara Matteo Fiamma Tommaso Ludovica Ettore Serena Davide Rosalba Nicolò "
        "Bianca Elio Carmela Vito Ornella Saverio",
        "jm": "Delroy Marcia Winston Ionie Errol Sonia Clifton Beverley Leroy Nadine Everton Claudette Junior Merlene",
        "za": "Thandi Sipho Nomsa Lerato Bongani Zanele Kagiso Naledi Themba Palesa Mandla Ayanda Pieter "
        "Annelize Vusi Refilwe",
    }.items()
}

LAST: dict[str, tuple[str, ...]] = {
    culture: tuple(names.split())
    for culture, names in {
        "en": "Ashdown Calloway Fenwick Marsh Hollander Pruitt Thackeray Lindqvist Okafor Delgado Whitlock "
        "Barlow Quill Stanton Merriweather Hale Yarrow Pike Ferris Nakamura Blackwood Tolliver Crane "
        "Haddon Ellery Voss Larkin Reyes Birch Gallagher Stroud Winslow",
        "de": "Brandt Ehlers Lindner Vogt Hartwig Kessler Reimann Sommerfeld Thoma Wendt Böttcher Falk Yıldız "
        "Krahl Osterloh Pohl Rademacher Steinweg Nowak Zander Arndt Hülsmann",
        "fr": "Delacourt Vasseur Lemoine Fontanel Garnier Roussel Berthier Diallo Chauvet Marchand Peltier "
        "Sauvage Ferrand Benali Aubry Lacaze Morvan Tessier Colin Verdier Traoré Guérin",
        "es": "Arroyo Benavides Cárdenas Escobedo Figueroa Ibarra Luján Montalvo Orozco Paredes Quintana "
        "Robledo Salcedo Tejada Urrutia Villaseñor Zamora Aguirre Beltrán Carrasco Esparza Fuentes",
        "pt": "Almeida Barreto Cavalcanti Dutra Figueiredo Guimarães Lacerda Monteiro Nogueira Pacheco "
        "Queiroz Ribeiro Siqueira Tavares Vasconcelos Xavier Bittencourt Camargo Falcão Menezes",
        "sv": "Ahlgren Björklund Dahlberg Ekström Forsell Grönwall Hedlund Isaksson Källström Lindahl Nyström "
        "Palmgren Rosén Sandell Törnqvist Wallin Åkesson Öberg",
        "ja": "Aizawa Endo Fujimura Hoshino Ikeda Kurosawa Matsuda Nishimura Okabe Sakamaki Tachibana Ueno "
        "Wakamoto Yoshioka Hayashida Kanemoto Mizuno Ogawa",
        "hi": "Bhattacharya Chauhan Deshmukh Gokhale Iyer Joshi Kulkarni Malhotra Nair Pillai Qureshi Rathore Saxena "
        "Trivedi Upadhyay Verma Banerjee Menon",
        "ng": "Adeyemi Balogun Chukwu Danjuma Ezeudu Fashola Igwe Kuti-Bello Lawal Nwosu Obi Okonjo Olatunji "
        "Salako Udeh Yusuf Akinola Bassey",
        "ko": "Kim Lee Park Choi Jung Kang Yoon Lim Han Seo Shin Kwon Hwang Ahn",
        "it": "Amodio Bellandi Caruso Esposito Ferrante Grimaldi Lombardi Marchetti Nardone Pellegrini Rinaldi "
        "Santoro Tedesco Valli",
        "jm": "Bartley Campbell Dawkins Edgehill Francis Grant McKenzie Palmer Reid Whyte Samuels Thorpe",
        "za": "Dlamini Khumalo Mokoena Naidoo Ndlovu Nkosi Sithole Molefe Zulu Botha Maseko",
    }.items()
}
