"""The vocabulary of demo stores: products, categories, people and places, in the scripts of real stores."""

from typing import Final, NamedTuple

__all__ = [
    "ADJECTIVES",
    "BRANDS",
    "CATEGORIES",
    "CHANNELS",
    "COLORS",
    "COMMENTS",
    "LANGUAGES",
    "PLACES",
    "PRODUCT_KINDS",
    "SENTENCES",
    "Place",
    "ProductKind",
    "translated",
]

LANGUAGES: Final = ("en", "de", "ru", "ja", "ar")
"""The languages enabled in the demo store's profile, the main one first."""


def translated(*texts: str) -> dict[str, str]:
    """The texts by language. They are in the order of `LANGUAGES`; the last ones may be missing."""
    return dict(zip(LANGUAGES, texts, strict=False))


class ProductKind(NamedTuple):
    """A kind of product.

    `names` are in the order of `LANGUAGES`, `cents` is the price range, `weight` in kilograms, `size` in centimeters;
    `options` is the kind of its options, as `option_set` takes it.
    """

    names: tuple[str, ...]
    cents: tuple[int, int]
    weight: float
    size: tuple[float, float, float]
    options: str
    digital: bool = False


PRODUCT_KINDS: Final = (
    ProductKind(("Desk Lamp", "Schreibtischlampe", "Настольная лампа", "デスクランプ", "مصباح مكتب"),
                (1990, 12900), 1.25, (18, 18, 42.5), "none"),
    ProductKind(("T-Shirt", "T-Shirt", "Футболка", "Tシャツ", "قميص"),
                (990, 3900), 0.18, (30, 25, 2), "clothing"),
    ProductKind(("Running Shoes", "Laufschuhe", "Кроссовки", "ランニングシューズ", "حذاء رياضي"),
                (4990, 17900), 0.745, (33, 21, 12.5), "clothing"),
    ProductKind(("Teapot", "Teekanne", "Заварочный чайник", "急須", "إبريق شاي"),
                (1450, 8900), 0.9, (22.4, 15, 14), "color"),
    ProductKind(("Matcha Bowl", "Matcha-Schale", "Чаша для матча", "抹茶碗"),
                (1800, 6400), 0.385, (12, 12, 8), "none"),
    ProductKind(("Pizza", "Pizza", "Пицца", "ピザ", "بيتزا"),
                (790, 2400), 0.5, (32, 32, 4), "size"),
    ProductKind(("Coffee Beans", "Kaffeebohnen", "Кофе в зёрнах", "コーヒー豆", "حبوب البن"),
                (890, 3200), 1, (12, 8, 26), "weight"),
    ProductKind(("Honey", "Honig", "Мёд", "はちみつ", "عسل"),
                (450, 2800), 0.5, (8, 8, 11), "weight"),
    ProductKind(("Notebook", "Notizbuch", "Блокнот", "ノート", "دفتر"),
                (390, 2900), 0.31, (21, 14.8, 1.6), "engraving"),
    ProductKind(("Fountain Pen", "Füller", "Перьевая ручка", "万年筆", "قلم حبر"),
                (1900, 24900), 0.042, (14, 1.4, 1.4), "engraving"),
    ProductKind(("Backpack", "Rucksack", "Рюкзак", "リュックサック", "حقيبة ظهر"),
                (3900, 18900), 0.98, (45, 30, 16), "none"),
    ProductKind(("Yoga Mat", "Yogamatte", "Коврик для йоги", "ヨガマット"),
                (1990, 7900), 1.4, (183, 61, 0.6), "none"),
    ProductKind(("Bicycle Helmet", "Fahrradhelm", "Велошлем", "自転車用ヘルメット", "خوذة دراجة"),
                (2990, 14900), 0.29, (30, 24, 18), "none"),
    ProductKind(("Wireless Headphones 🎧", "Kabellose Kopfhörer 🎧", "Беспроводные наушники 🎧",
                 "ワイヤレスヘッドホン"),
                (2990, 34900), 0.254, (20, 18, 8), "color"),
    ProductKind(("USB-C Charger", "USB-C-Ladegerät", "Зарядное устройство USB-C", "USB-C充電器", "شاحن"),
                (990, 5900), 0.12, (6.2, 6.2, 2.9), "none"),
    ProductKind(("Houseplant 🌱", "Zimmerpflanze 🌱", "Комнатное растение 🌱", "観葉植物", "نبات منزلي"),
                (690, 8900), 2.2, (20, 20, 55), "size"),
    ProductKind(("Scented Candle", "Duftkerze", "Ароматическая свеча", "アロマキャンドル", "شمعة معطرة"),
                (790, 4200), 0.33, (8, 8, 10), "gift"),
    ProductKind(("Linen Bedding", "Leinenbettwäsche", "Льняное постельное бельё", "リネンの寝具"),
                (5900, 24900), 1.85, (40, 30, 9), "none"),
    ProductKind(("Chef's Knife", "Kochmesser", "Поварской нож", "牛刀", "سكين طاهٍ"),
                (2900, 32900), 0.215, (34, 5, 2), "engraving"),
    ProductKind(("Cast-Iron Pan", "Gusseiserne Pfanne", "Чугунная сковорода", "鉄フライパン", "مقلاة"),
                (2490, 11900), 3.1, (46, 28, 6), "none"),
    ProductKind(("Wooden Puzzle", "Holzpuzzle", "Деревянный пазл", "木製パズル", "أحجية خشبية"),
                (990, 4900), 0.62, (30, 22, 5), "none"),
    ProductKind(("Board Game", "Brettspiel", "Настольная игра", "ボードゲーム", "لعبة لوحية"),
                (1490, 7900), 1.15, (30, 30, 7), "language"),
    ProductKind(("Plush Bear 🧸", "Plüschbär 🧸", "Плюшевый мишка 🧸", "くまのぬいぐるみ"),
                (1290, 5900), 0.28, (35, 22, 20), "gift"),
    ProductKind(("Silver Ring", "Silberring", "Серебряное кольцо", "シルバーリング", "خاتم فضة"),
                (2900, 45900), 0.006, (5, 5, 4), "engraving"),
    ProductKind(("Wool Scarf", "Wollschal", "Шерстяной шарф", "ウールのマフラー", "وشاح صوف"),
                (1990, 8900), 0.21, (190, 30, 0.5), "color"),
    ProductKind(("Face Cream", "Gesichtscreme", "Крем для лица", "フェイスクリーム", "كريم الوجه"),
                (890, 6900), 0.11, (6, 6, 5.5), "weight"),
    ProductKind(("Photo Print", "Fotodruck", "Фотопечать", "写真プリント", "طباعة صورة"),
                (490, 9900), 0.05, (40, 30, 0.1), "artwork"),
    ProductKind(("Gift Box 🎁", "Geschenkbox 🎁", "Подарочный набор 🎁", "ギフトボックス 🎁", "صندوق هدايا 🎁"),
                (2490, 14900), 1.7, (32, 24, 12), "gift"),
    ProductKind(("E-Book", "E-Book", "Электронная книга", "電子書籍", "كتاب إلكتروني"),
                (299, 1990), 0, (0, 0, 0), "language", digital=True),
    ProductKind(("Knitting Pattern", "Strickanleitung", "Схема вязания", "編み図"),
                (350, 1200), 0, (0, 0, 0), "none", digital=True),
)  # fmt: skip

ADJECTIVES: Final = (
    ("Handmade", "Handgefertigt:", "Авторская работа:", "手作りの", "صناعة يدوية:"),
    ("Classic", "Klassiker:", "Классика:", "クラシック", "كلاسيكي:"),
    ("Compact", "Kompakt:", "Компактный вариант:", "コンパクト", "مدمج:"),
    ("Vintage", "Vintage:", "Винтаж:", "ヴィンテージ", "عتيق:"),
    ("Everyday", "Für jeden Tag:", "На каждый день:", "毎日使える", "يومي:"),
    ("Organic", "Bio:", "Органика:", "オーガニック", "عضوي:"),
    ("Lightweight", "Leicht:", "Лёгкий вариант:", "軽量", "خفيف:"),
    ("Limited Edition", "Limitierte Auflage:", "Ограниченный выпуск:", "限定版", "إصدار محدود:"),
    ("Nordic", "Nordisch:", "Северный стиль:", "北欧", "إسكندنافي:"),
    ("Travel", "Für die Reise:", "В дорогу:", "旅行用", "للسفر:"),
    ("Kids'", "Für Kinder:", "Для детей:", "子供用", "للأطفال:"),
    ("Professional", "Profi:", "Для профессионалов:", "プロ仕様", "احترافي:"),
)

SENTENCES: Final = (
    ("Made in small batches and checked by hand before it leaves the workshop.",
     "In kleinen Serien gefertigt und vor dem Versand von Hand geprüft.",
     "Делаем небольшими партиями и проверяем вручную перед отправкой.",
     "少量ずつ製造し、出荷前に一つずつ検品しています。",
     "يُصنع بكميات صغيرة ويُفحص يدويًا قبل الشحن."),
    ("The material comes from suppliers we have known for years; nothing is glued that can be sewn or screwed.",
     "Das Material kommt von Lieferanten, die wir seit Jahren kennen.",
     "Материалы — от поставщиков, которых мы знаем много лет.",
     "長年取引のある仕入れ先の素材だけを使っています。",
     "المواد من موردين نعرفهم منذ سنوات."),
    ("Wipe it with a damp cloth, keep it away from direct sunlight, and it will serve you for a long time.",
     "Mit einem feuchten Tuch abwischen und vor direkter Sonne schützen.",
     "Протирайте влажной тканью и берегите от прямого солнца.",
     "湿った布で拭き、直射日光を避けてください。",
     "امسحه بقطعة قماش رطبة وأبعده عن أشعة الشمس."),
    ("If it is not what you expected, send it back within 30 days: we pay the postage.",
     "Gefällt es nicht, nehmen wir es 30 Tage lang kostenlos zurück.",
     "Не подошло? Примем назад в течение 30 дней за наш счёт.",
     "30日以内なら送料無料で返品できます。",
     "يمكن إرجاعه خلال 30 يومًا مجانًا."),
    ("Ships in plain cardboard without plastic; the parcel fits through most letter boxes.",
     "Versand im Karton ohne Plastik, passt in die meisten Briefkästen.",
     "Отправляем в картоне без пластика.",
     "プラスチックを使わない段ボールでお届けします。",
     "يُشحن في كرتون بلا بلاستيك."),
    ("A favourite of our regulars since 2016, now in a version with a better finish & a longer guarantee.",
     "Seit 2016 ein Liebling unserer Stammkunden – jetzt mit längerer Garantie.",
     "Любимец постоянных покупателей с 2016 года — теперь с долгой гарантией.",
     "2016年からの人気商品が、さらに丈夫になりました。",
     "مفضل لدى زبائننا منذ 2016."),
    ("Dimensions may differ by a few millimetres (±3 mm): every piece is its own.",
     "Maße können um wenige Millimeter abweichen (±3 mm).",
     "Размеры могут отличаться на несколько миллиметров (±3 мм).",
     "サイズに多少の誤差があります（±3 mm）。",
     "قد تختلف الأبعاد قليلًا (±3 مم)."),
    ("“Best present I ever got” — one of 4,000 reviews ⭐⭐⭐⭐⭐",
     "„Das beste Geschenk“ — eine von 4.000 Bewertungen ⭐⭐⭐⭐⭐",
     "«Лучший подарок» — один из 4 000 отзывов ⭐⭐⭐⭐⭐",
     "「最高の贈り物」⭐⭐⭐⭐⭐",
     "«أفضل هدية» ⭐⭐⭐⭐⭐"),
)  # fmt: skip

CATEGORIES: Final = (
    ("Home", "Zuhause", "Дом", "ホーム", "المنزل"),
    ("Kitchen", "Küche", "Кухня", "キッチン", "المطبخ"),
    ("Clothing", "Kleidung", "Одежда", "衣類", "ملابس"),
    ("Food & Drinks", "Essen und Trinken", "Еда и напитки", "食品・飲料", "طعام وشراب"),
    ("Electronics", "Elektronik", "Электроника", "家電", "إلكترونيات"),
    ("Toys & Games", "Spielwaren", "Игрушки", "おもちゃ", "ألعاب"),
    ("Stationery ✏️", "Schreibwaren ✏️", "Канцелярия ✏️", "文房具 ✏️", "قرطاسية ✏️"),
    ("Sports", "Sport", "Спорт", "スポーツ", "رياضة"),
    ("Lighting", "Beleuchtung", "Освещение", "照明", "إضاءة"),
    ("Tableware", "Geschirr", "Посуда", "食器", "أدوات المائدة"),
    ("Shoes", "Schuhe", "Обувь", "靴", "أحذية"),
    ("Tea", "Tee", "Чай", "お茶", "شاي"),
    ("Audio", "Audio", "Аудио", "オーディオ", "صوتيات"),
    ("Puzzles", "Puzzles", "Пазлы", "パズル", "أحاجي"),
    ("Notebooks", "Notizbücher", "Блокноты", "ノート", "دفاتر"),
    ("Cycling", "Radsport", "Велоспорт", "サイクリング", "دراجات"),
    ("Gifts 🎁", "Geschenke 🎁", "Подарки 🎁", "ギフト 🎁", "هدايا 🎁"),
    ("Sale %", "Sale %", "Распродажа %", "セール", "تخفيضات"),
)

BRANDS: Final = (
    "Nordlicht", "Acme", "Åkerlund & Söner", "Матрёшка", "さくら工房", "Café Bohème", "نور", "O'Hara", "Ginkgo",
    "Hammer + Amboss", "Blue Fjord", "Życie", "München 1888", "Kōhaku", "Piñata", "42 Degrees",
)  # fmt: skip

COLORS: Final = (
    ("Black", "#1a1a1a", "Schwarz", "Чёрный", "黒", "أسود"),
    ("White", "#ffffff", "Weiß", "Белый", "白", "أبيض"),
    ("Sky Blue", "#87ceeb", "Himmelblau", "Голубой", "空色", "أزرق سماوي"),
    ("Forest Green", "#228b22", "Waldgrün", "Лесной зелёный", "深緑", "أخضر"),
    ("Sand", "#c2b280", "Sand", "Песочный", "砂色", "رملي"),
    ("Crimson", "#dc143c", "Karminrot", "Малиновый", "深紅", "قرمزي"),
)


class Place(NamedTuple):
    """A city, and first and last names that are common there.

    `country` and `state` are code and name. `street`, `postal` and `phone` are format strings that take a number.
    `latin` has the same names in Latin letters, in the same order, for email addresses.
    """

    country: tuple[str, str]
    state: tuple[str, str]
    city: str
    street: str
    postal: str
    phone: str
    language: str
    first: tuple[str, ...]
    last: tuple[str, ...]
    latin: tuple[tuple[str, ...], tuple[str, ...]] | None = None


_BRITISH: Final = ("Oliver", "Amelia", "George", "Isla", "Harry", "Ava", "Noah", "Emily")
PLACES: Final = (
    Place(("US", "United States"), ("CA", "California"), "San Diego", "{} Harbor Drive", "921{:02}",
          "+1 619 555 {:04}", "en",
          ("Mary", "James", "Linda", "Robert", "Patricia", "Michael"),
          ("Smith", "Johnson", "Watson", "Nguyen", "García", "O'Brien")),
    Place(("US", "United States"), ("NY", "New York"), "New York", "{} W 3rd St", "100{:02}",
          "+1 212 555 {:04}", "en",
          ("John", "Jennifer", "David", "Elizabeth", "William", "Barbara"),
          ("Miller", "Davis", "Rodriguez", "Cohen", "Kowalski", "Lee")),
    Place(("GB", "United Kingdom"), ("", ""), "London", "{} Baker Street", "NW1 {}XE",
          "+44 20 7946 {:04}", "en", _BRITISH,
          ("Brown", "Taylor", "Wilson", "Evans", "Patel", "Wright")),
    Place(("DE", "Germany"), ("BE", "Berlin"), "Berlin", "Torstraße {}", "10{:03}",
          "+49 30 5550{:04}", "de",
          ("Anna", "Jürgen", "Björn", "Käthe", "Lukas", "Zoë"),
          ("Müller", "Schmidt", "Weiß", "Schäfer", "Öztürk", "Groß"),
          (("anna", "juergen", "bjoern", "kaethe", "lukas", "zoe"),
           ("mueller", "schmidt", "weiss", "schaefer", "oeztuerk", "gross"))),
    Place(("FR", "France"), ("", ""), "Besançon", "{}, rue de l'Église", "25{:03}",
          "+33 3 81 55 {:04}", "fr",
          ("Élodie", "François", "Chloé", "Léa", "Hugo", "Zacharie"),
          ("Lefèvre", "Dupont", "Noël", "Garçon", "Moreau", "d'Arc"),
          (("elodie", "francois", "chloe", "lea", "hugo", "zacharie"),
           ("lefevre", "dupont", "noel", "garcon", "moreau", "darc"))),
    Place(("ES", "Spain"), ("B", "Barcelona"), "Barcelona", "Carrer de Mallorca, {}", "08{:03}",
          "+34 93 555 {:04}", "es",
          ("María", "José", "Íñigo", "Lucía", "Ángel", "Núria"),
          ("Muñoz", "Fernández", "Ibáñez", "López", "Güell", "Peña"),
          (("maria", "jose", "inigo", "lucia", "angel", "nuria"),
           ("munoz", "fernandez", "ibanez", "lopez", "guell", "pena"))),
    Place(("GE", "Georgia"), ("TB", "Tbilisi"), "Tbilisi", "რუსთაველის გამზირი {}", "01{:02}",
          "+995 555 12 {:04}", "en",
          ("ნინო", "გიორგი", "მარიამ", "დავით"),
          ("ბერიძე", "კაპანაძე", "გელაშვილი", "მაისურაძე"),
          (("nino", "giorgi", "mariam", "davit"), ("beridze", "kapanadze", "gelashvili", "maisuradze"))),
    Place(("BG", "Bulgaria"), ("", ""), "София", "бул. Витоша {}", "1{:03}",
          "+359 2 555 {:04}", "ru",
          ("Иван", "Мария", "Георги", "Елена", "Пётр", "Ольга"),
          ("Петров", "Иванова", "Димитров", "Ёлкина", "Щербаков", "Николова"),
          (("ivan", "maria", "georgi", "elena", "petr", "olga"),
           ("petrov", "ivanova", "dimitrov", "elkina", "shcherbakov", "nikolova"))),
    Place(("JP", "Japan"), ("13", "Tokyo"), "東京都新宿区", "西新宿{}丁目", "160-{:04}",
          "+81 3 5555 {:04}", "ja",
          ("花子", "太郎", "さくら", "健一"),
          ("田中", "佐藤", "鈴木", "髙橋"),
          (("hanako", "taro", "sakura", "kenichi"), ("tanaka", "sato", "suzuki", "takahashi"))),
    Place(("AE", "United Arab Emirates"), ("DU", "Dubai"), "دبي", "شارع الشيخ زايد {}", "",
          "+971 4 555 {:04}", "ar",
          ("محمد", "فاطمة", "أحمد", "ليلى"),
          ("الهاشمي", "العلي", "حسن", "النجار"),
          (("mohammed", "fatima", "ahmed", "layla"), ("alhashimi", "alali", "hassan", "alnajjar"))),
    Place(("IL", "Israel"), ("", ""), "תל אביב", "רחוב דיזנגוף {}", "64{:05}",
          "+972 3 555 {:04}", "en",
          ("נועה", "דוד", "תמר", "יוסף"),
          ("כהן", "לוי", "מזרחי", "פרץ"),
          (("noa", "david", "tamar", "yosef"), ("cohen", "levi", "mizrahi", "peretz"))),
    Place(("PL", "Poland"), ("", ""), "Łódź", "ul. Piotrkowska {}", "90-{:03}",
          "+48 42 555 {:04}", "pl",
          ("Łukasz", "Małgorzata", "Paweł", "Żaneta"),
          ("Wiśniewski", "Wójcik", "Dąbrowska", "Zieliński"),
          (("lukasz", "malgorzata", "pawel", "zaneta"), ("wisniewski", "wojcik", "dabrowska", "zielinski"))),
)  # fmt: skip

COMMENTS: Final = (
    "",
    "",
    "Please ring twice.",
    "Leave it with the neighbours at no. 12 🙏",
    "Это подарок, пожалуйста, без чека внутри.",
    "プレゼント用にお願いします。",
    "Bitte nicht vor 17:00 Uhr liefern",
    "הביתה, קומה 3",
    'Line one\nLine two with "quotes" and a \\ backslash',
)

CHANNELS: Final = (
    ("google", "spring_sale", "cpc"),
    ("newsletter", "2024-week-17", "email"),
    ("instagram", "новинки", "social"),
    ("facebook", "retargeting", "paid_social"),
    ("partner", "gift guide", "referral"),
)
