namespace Madang.Demo;

/// <summary>What somebody offers in the demonstration.</summary>
/// <param name="Seller">Index of the person in <see cref="Catalogue.People"/>.</param>
/// <param name="Title">Korean.</param>
/// <param name="Text">Korean, a few sentences.</param>
/// <param name="Category">A code of the market's tree; its root is the kind.</param>
/// <param name="Tags">Hashtags, with spaces between.</param>
/// <param name="Price">In won: the fixed price, or the auction's start.</param>
/// <param name="Picture">Draws it.</param>
internal sealed record Offer(int Seller, string Title, string Text, string Category, string Tags, long Price, Func<Canvas> Picture)
{
    /// <summary>Minutes until the auction ends; null: a fixed price.</summary>
    public int? Minutes { get; init; }

    /// <summary>In won; the seller's secret.</summary>
    public long? Reserve { get; init; }

    /// <summary>In won.</summary>
    public long? BuyNow { get; init; }

    /// <summary>How many are willing to bid, and from how far they come: 0 bids nothing.</summary>
    public int Bidders { get; init; }

    /// <summary>True: it is bought, sent, confirmed and reviewed before the first visitor comes.</summary>
    public bool Done { get; init; }

    /// <summary>Null for art.</summary>
    public string? Condition { get; init; }

    /// <summary>Whether a second picture shows it on a wall.</summary>
    public bool Hangs => Category.StartsWith("art.", StringComparison.Ordinal) && !Category.StartsWith("art.craft.c", StringComparison.Ordinal);
}

/// <summary>A small town of people and what they offer.</summary>
internal static class Catalogue
{
    /// <summary>Login id, nickname, and the person's name.</summary>
    public static IReadOnlyList<(string LoginId, string Nickname, string Name)> People { get; } =
    [
        ("seoyeon", "서연화실", "이서연"), ("doyun", "도윤공방", "박도윤"), ("haneul", "하늘빛", "정하늘"), ("minjae", "민재의서랍", "김민재"), ("jiwoo", "지우네", "최지우"),
        ("yuna", "유나", "한유나"), ("taeho", "태호", "오태호"), ("soeun", "소은", "윤소은"), ("junho", "준호", "장준호"), ("nari", "나리", "임나리"),
    ];

    public static IReadOnlyList<Offer> Offers { get; } =
    [
        // Live auctions, soonest first: what a visitor sees move.
        new(0, "붉은 해와 겹산", "새벽 안개가 걷히는 능선을 일곱 겹으로 그렸습니다. 한지에 채색, 50호. 작가 서명이 뒷면에 있습니다.", "art.painting.ink", "산수화 한지 일출 풍경", 120_000, () => Paintings.Ridges(3, 0xE9D9BE, 0x9DB3B0, 0x1F3A38, 0xC8432B)) { Minutes = 12, Bidders = 6 },
        new(1, "백자 달항아리 — 보름", "물레로 위아래를 따로 빚어 이어 붙인 전통 방식의 달항아리입니다. 높이 42cm. 이음매가 은은하게 남아 있습니다.", "art.craft.ceramics", "달항아리 백자 도자기", 300_000, () => Paintings.MoonJar(1, 0xB9A88E, 0x6B4A32)) { Minutes = 14, Bidders = 5, Reserve = 450_000 },
        new(2, "밤바다, 달길", "강릉에서 본 밤바다입니다. 달빛이 물 위에 낸 길을 오래 바라보고 그렸습니다. 캔버스에 아크릴.", "art.painting.acrylic", "바다 달 야경 강릉", 80_000, () => Paintings.NightSea(2, 0x0E1B3A, 0x274B73, 0xFFF1C9)) { Minutes = 17, Bidders = 5 },
        new(3, "필름 카메라 1974년식", "노출계까지 살아 있습니다. 셔터 전 구간 점검 마쳤고, 렌즈 곰팡이 없습니다. 가죽 케이스 함께 드려요.", "goods.digital.camera", "필름카메라 빈티지 레트로", 60_000, () => Things.Camera(1, 0xD9CFC0, 0x2A2422)) { Minutes = 21, Bidders = 6, Condition = "good", BuyNow = 240_000 },
        new(0, "매화, 첫눈 다음 날", "가지마다 꽃이 먼저 왔습니다. 비단에 채색, 족자로 마감했습니다.", "art.painting.minhwa", "매화 봄 족자 비단", 90_000, () => Paintings.Blossom(7, 0xD8D3C3, 0xE58CA0)) { Minutes = 26, Bidders = 4 },
        new(4, "턴테이블과 월넛 케이스", "벨트와 바늘을 새로 갈았습니다. 직접 가져가시면 판 세 장 골라 드립니다.", "goods.digital.audio", "턴테이블 LP 오디오", 110_000, () => Things.Turntable(1, 0xD8CDBD, 0x8A5A33)) { Minutes = 41, Bidders = 5, Condition = "likeNew" },
        new(1, "조각보 — 오후 네 시", "모시 조각 마흔여섯 장을 감침질로 이었습니다. 창에 걸면 빛이 그대로 무늬가 됩니다.", "art.craft.textile", "조각보 모시 바느질", 70_000, () => Paintings.Patchwork(5, 0xD9A441, 0xC65D3B, 0x2F6F73, 0xE7D7B5, 0x8C2F39, 0x3B4E73)) { Minutes = 64, Bidders = 4 },
        new(2, "푸른 점의 노래", "점 하나에 숨 하나. 면포에 유채로 천칠백 번 찍었습니다.", "art.painting.oil", "점화 추상 파랑", 200_000, () => Paintings.Dots(4, 0xE8E4DA, 0x14306B, 0x6FA3D8)) { Minutes = 95, Bidders = 6, Reserve = 500_000 },
        new(3, "통기타 (올솔리드)", "십 년 친 기타입니다. 넥 곧고 소리가 잘 트였습니다. 하드 케이스 포함.", "goods.hobby.instruments", "기타 통기타 악기", 90_000, () => Things.Guitar(1, 0xD5CABB, 0xC8762F)) { Minutes = 130, Bidders = 4, Condition = "good", BuyNow = 350_000 },
        new(0, "한 획, 여러 날", "먹을 갈아 같은 선을 백 번 그은 날들의 기록입니다.", "art.painting.ink", "단색화 먹 추상", 150_000, () => Paintings.Brushed(2, 0xEAE3D3, 0x2B3A55)) { Minutes = 190, Bidders = 3 },
        new(4, "클래식 자전거 54사이즈", "출퇴근용으로 아껴 탔습니다. 체인과 브레이크 새것, 도색은 두 해 전에 다시 했어요.", "goods.hobby.bicycles", "자전거 클래식 출퇴근", 130_000, () => Things.Bicycle(1, 0xCBD5D3, 0x1B6E5A)) { Minutes = 260, Bidders = 4, Condition = "good" },
        new(1, "완자살 창과 가을빛", "소나무를 짜 맞춘 완자살 창입니다. 못을 쓰지 않았습니다. 벽에 걸어도, 창에 끼워도 좋습니다.", "art.craft.wood", "창살 소목 한옥", 180_000, () => Paintings.Lattice(2, 0x5A3B22, 0xE6D9BC, 0xFFF3D0)) { Minutes = 400, Bidders = 3 },
        new(2, "다섯 빛깔 마당", "오방색으로 짠 스물다섯 칸의 마당. 아이 방에 잘 어울립니다.", "art.print", "판화 오방색 기하", 40_000, () => Paintings.Tiles(3, 0x1B6E5A, 0xE2A72E, 0xC8432B, 0xF1E9D8, 0x23408E)) { Minutes = 610, Bidders = 5 },
        new(3, "손목시계 (수동, 1968)", "하루 오차 십 초 안쪽입니다. 얇아서 셔츠 소매에 걸리지 않아요.", "goods.fashion.jewelry", "시계 수동 빈티지", 100_000, () => Things.Watch(1, 0xC9BCA9, 0x5B3A24, 0xF6F2E8)) { Minutes = 900, Bidders = 4, Condition = "good", Reserve = 200_000 },
        new(0, "푸른 새벽 능선", "지리산에서 본 다섯 시의 색입니다. 린넨에 유채.", "art.painting.oil", "산 새벽 지리산 풍경", 140_000, () => Paintings.Ridges(9, 0xC9D6E4, 0xA9B7CE, 0x2A2F55, 0xF2C14E)) { Minutes = 1300, Bidders = 3 },
        new(2, "색동 바람", "저고리 소매에서 꺼낸 줄무늬입니다. 바람이 부는 쪽으로 조금씩 휘었습니다.", "art.painting.acrylic", "색동 줄무늬 추상", 60_000, () => Paintings.Stripes(1)) { Minutes = 1700, Bidders = 2 },
        new(1, "청록 벽의 달항아리", "같은 흙, 다른 불. 푸른 기가 도는 백자입니다.", "art.craft.ceramics", "달항아리 백자 푸른빛", 260_000, () => Paintings.MoonJar(2, 0x2F4A52, 0x1C2A2E)) { Minutes = 2400, Bidders = 2 },
        new(4, "기계식 키보드 (저소음)", "타건음이 조용한 축으로 바꿨습니다. 키캡은 PBT, 한글 각인 없음.", "goods.digital.computer", "키보드 저소음 기계식", 45_000, () => Things.Keyboard(1, 0xC7CCD1, 0xE9E4D8, 0xC8432B)) { Minutes = 2900, Bidders = 3, Condition = "likeNew" },
        new(3, "황동 스탠드 조명", "갓을 새로 씌웠습니다. 불을 켜면 방이 저녁이 됩니다.", "goods.home.lighting", "조명 스탠드 황동", 35_000, () => Things.Lamp(1, 0x77695A, 0xE0B15E)) { Minutes = 3500, Bidders = 2, Condition = "good", BuyNow = 90_000 },
        new(0, "가을 산, 낮은 해", "단풍이 능선을 타고 내려오는 사흘을 담았습니다.", "art.painting.watercolor", "가을 단풍 산 수채", 70_000, () => Paintings.Ridges(21, 0xF2D7B0, 0xD9A87C, 0x6E2B1E, 0xE2A72E)) { Minutes = 4200, Bidders = 0 },

        // At a fixed price.
        new(0, "안개 능선 연작 3", "비 온 다음 날의 초록입니다. 종이에 채색, 액자 포함.", "art.painting.watercolor", "안개 산 초록", 180_000, () => Paintings.Ridges(33, 0xDCE8DE, 0xA5C2B0, 0x1B4332, 0xF6E7B4)),
        new(0, "노을 능선 연작 7", "해가 지고 딱 팔 분 동안의 색.", "art.painting.watercolor", "노을 산 풍경", 190_000, () => Paintings.Ridges(47, 0xF4C7A1, 0xC98B8B, 0x3C2A4D, 0xF07B3F)),
        new(0, "백매", "흰 매화만 골라 그렸습니다. 화선지에 먹과 호분.", "art.painting.ink", "매화 먹 흰꽃", 95_000, () => Paintings.Blossom(12, 0xB7BDB4, 0xF7F3EC)),
        new(0, "홍매, 밤", "달이 밝아 꽃이 검게 보이던 밤.", "art.painting.ink", "홍매 달 밤", 110_000, () => Paintings.Blossom(19, 0x3A4550, 0xD65B6E)),
        new(0, "봄의 가장자리", "담장 밖으로 넘어온 가지 하나.", "art.painting.minhwa", "봄 꽃 가지", 85_000, () => Paintings.Blossom(27, 0xE6E0C8, 0xF0A8B0)),
        new(1, "조각보 — 바다 쪽 창", "쪽물 들인 모시로만 이었습니다.", "art.craft.textile", "조각보 쪽빛 모시", 130_000, () => Paintings.Patchwork(8, 0x23408E, 0x6FA3D8, 0x2F6F73, 0xDCE6EA, 0x14306B, 0xA9C3D6)),
        new(1, "조각보 — 감나무 아래", "감물과 홍화로 물들인 조각들.", "art.craft.textile", "조각보 감물 홍화", 125_000, () => Paintings.Patchwork(15, 0xB5623F, 0xD98B3A, 0xE7D7B5, 0x8C2F39, 0xF0C987, 0x6B4A32)),
        new(1, "아자살 창, 겨울", "눈 온 아침의 빛을 위해 한지를 두 겹 발랐습니다.", "art.craft.wood", "창살 한지 겨울", 210_000, () => Paintings.Lattice(9, 0x3B2A1E, 0xDCE3E8, 0xFFFFFF)),
        new(1, "소나무 창살 등", "안에 불을 넣으면 벽에 무늬가 집니다.", "art.craft.wood", "창살 등 소나무", 160_000, () => Paintings.Lattice(14, 0x7A5230, 0xF0D9A8, 0xFFE7A8)),
        new(1, "달항아리 소품", "두 손에 들어오는 크기입니다. 꽃 한 송이면 충분해요.", "art.craft.ceramics", "달항아리 소품 화병", 88_000, () => Paintings.MoonJar(5, 0xC9A79C, 0x7A5A50)),
        new(1, "달항아리 — 초승", "가마 속에서 조금 기울었습니다. 그래서 이름이 초승입니다.", "art.craft.ceramics", "달항아리 도자기 초승", 150_000, () => Paintings.MoonJar(11, 0x59634F, 0x33382B)),
        new(2, "밤바다, 여름", "불빛이 드문 남쪽 바다.", "art.painting.acrylic", "바다 여름 밤", 120_000, () => Paintings.NightSea(8, 0x10303A, 0x2C6E73, 0xFFE3A8)),
        new(2, "밤바다, 붉은 달", "개기월식이 있던 밤을 기억합니다.", "art.painting.acrylic", "바다 월식 붉은달", 140_000, () => Paintings.NightSea(13, 0x1A1024, 0x4B2B46, 0xF0936B)),
        new(2, "노란 점의 오후", "은행나무 아래에서 시작한 그림.", "art.painting.oil", "점화 은행 노랑", 220_000, () => Paintings.Dots(9, 0xEFE6CF, 0xB5762A, 0xF0CF6B)),
        new(2, "초록 점의 숨", "비자림에서 들은 소리를 점으로 옮겼습니다.", "art.painting.oil", "점화 숲 초록", 220_000, () => Paintings.Dots(16, 0xE6E9DC, 0x1B4332, 0x7FB38A)),
        new(2, "마당 판화 — 여름", "스물다섯 칸, 세 가지 색. 열두 장 가운데 네 번째.", "art.print", "판화 여름 기하", 55_000, () => Paintings.Tiles(8, 0x2F6F73, 0xF0CF6B, 0xF4EFE4, 0x8DB36B)),
        new(2, "마당 판화 — 겨울", "스물다섯 칸, 네 가지 색. 열두 장 가운데 아홉 번째.", "art.print", "판화 겨울 기하", 55_000, () => Paintings.Tiles(15, 0x23408E, 0xDCE6EA, 0x6FA3D8, 0x2B2B2B)),
        new(2, "색동 파도", "줄무늬가 물결이 되는 순간.", "art.digital", "색동 파도 줄무늬", 48_000, () => Paintings.Stripes(6)),
        new(0, "쪽빛 획", "쪽물로 그은 선. 마를수록 깊어집니다.", "art.painting.ink", "단색화 쪽빛 선", 170_000, () => Paintings.Brushed(7, 0xE9EDF0, 0x1F4E79)),
        new(0, "황토 획", "황토를 체에 세 번 내려 그었습니다.", "art.painting.ink", "단색화 황토 선", 170_000, () => Paintings.Brushed(11, 0xF0E4CF, 0xA85B2E)),

        new(3, "필름 카메라 (은색, 작은 것)", "가방에 늘 넣고 다니던 카메라입니다. 필름 두 롤 넣어 드려요.", "goods.digital.camera", "필름카메라 소형 여행", 75_000, () => Things.Camera(6, 0xC9D2D6, 0x6B4A32)) { Condition = "fair" },
        new(3, "원목 의자 (참나무)", "할머니 댁 부엌에 있던 의자를 손봤습니다. 방석 천은 새것.", "goods.home.furniture", "의자 원목 참나무", 68_000, () => Things.Chair(1, 0xDDD3C3, 0x9C6B3F, 0x2F5D62)) { Condition = "good" },
        new(3, "원목 의자 (월넛, 겨자색)", "두 개 있던 것 가운데 하나. 흔들림 없습니다.", "goods.home.furniture", "의자 월넛 인테리어", 72_000, () => Things.Chair(5, 0xCED4CC, 0x5B3A24, 0xD9A441)) { Condition = "likeNew" },
        new(4, "커피잔 (손잡이 넓은)", "두툼해서 커피가 천천히 식습니다. 네 개 있어요, 하나 값입니다.", "goods.home.kitchen", "커피잔 머그 도자기", 12_000, () => Things.Cup(1, 0xCFC2B0, 0xE8EDEA, 0x2C5F8A)) { Condition = "new" },
        new(4, "커피잔 (붉은 띠)", "손으로 띠를 둘렀습니다.", "goods.home.kitchen", "커피잔 머그 손그림", 12_000, () => Things.Cup(4, 0xD3D6CF, 0xF3EDE0, 0xC8432B)) { Condition = "new" },
        new(4, "시집 다섯 권", "밑줄 조금 있습니다. 밑줄까지 드립니다.", "goods.books", "시집 책 묶음", 25_000, () => Things.Books(1, 0xD6CCBB, 0x8C2F39, 0x23408E, 0x1B6E5A, 0xE2A72E, 0x3A3128)) { Condition = "good" },
        new(4, "건축 책 네 권", "이사하며 내놓습니다. 무거워서 직접 받아 가시면 좋겠어요.", "goods.books", "건축 책 이사", 38_000, () => Things.Books(7, 0xC9CFD3, 0x2B2F33, 0xD98B3A, 0xDCE6EA, 0x59634F)) { Condition = "likeNew" },
        new(4, "극락조 화분", "햇볕 드는 창가에서 잘 자랐습니다. 분갈이는 봄에 했어요.", "goods.home.plants", "화분 식물 반려식물", 30_000, () => Things.Plant(1, 0xE0D8C8, 0xB5623F)) { Condition = "good" },
        new(4, "고무나무 (흰 화분)", "물은 열흘에 한 번이면 됩니다.", "goods.home.plants", "고무나무 화분 플랜테리어", 26_000, () => Things.Plant(8, 0xC9D2C4, 0xE8E4DA)) { Condition = "good" },
        new(3, "면 텐트 2인용", "세 번 쳤습니다. 비 맞힌 적 없어요.", "goods.hobby.camping", "텐트 캠핑 면텐트", 145_000, () => Things.Tent(1, 0xB9CBD6, 0xD98B3A)) { Condition = "likeNew" },
        new(3, "백패킹 텐트 (초록)", "1.4kg. 방수 다시 했습니다.", "goods.hobby.camping", "텐트 백패킹 경량", 160_000, () => Things.Tent(4, 0xE3D3BF, 0x4F7A5B)) { Condition = "good" },
        new(4, "미니벨로 자전거 (빨강)", "지하철에 들고 탈 수 있습니다.", "goods.hobby.bicycles", "자전거 미니벨로 빨강", 155_000, () => Things.Bicycle(5, 0xDDD6C9, 0xC8432B)) { Condition = "good" },
        new(3, "스탠드 조명 (초록 갓)", "도서관에서 보던 그 초록입니다.", "goods.home.lighting", "조명 스탠드 초록", 42_000, () => Things.Lamp(5, 0x5C6B66, 0x3E8E6E)) { Condition = "good" },
        new(3, "손목시계 (검은 판)", "건전지 새로 넣었습니다. 가죽줄 여분 하나 더.", "goods.fashion.jewelry", "시계 가죽줄 블랙", 58_000, () => Things.Watch(4, 0xB7BDC2, 0x2B2F33, 0x1C1F22)) { Condition = "likeNew" },
        new(4, "키보드 (크림, 초록 포인트)", "손목 받침까지 드려요.", "goods.digital.computer", "키보드 크림 재택", 62_000, () => Things.Keyboard(3, 0xD9D2C4, 0xF3EDE0, 0x1B6E5A)) { Condition = "likeNew" },
        new(3, "입문용 기타 (밝은 색)", "줄 새로 갈았습니다. 카포와 튜너 드려요.", "goods.hobby.instruments", "기타 입문 악기", 65_000, () => Things.Guitar(6, 0xCBD2CF, 0xE0B15E)) { Condition = "good" },

        // Already sold: what sellers are known by.
        new(0, "산, 비 갠 뒤", "초록이 가장 진한 하루.", "art.painting.watercolor", "산 비 초록", 90_000, () => Paintings.Ridges(61, 0xD6E3E6, 0x9FBFC1, 0x17423F, 0xF7E9BE)) { Done = true },
        new(1, "작은 조각보", "찻상에 덮습니다.", "art.craft.textile", "조각보 다도", 45_000, () => Paintings.Patchwork(23, 0xE7D7B5, 0xC65D3B, 0x2F6F73, 0xF0C987)) { Done = true },
        new(2, "달길 소품", "엽서보다 조금 큰 밤바다.", "art.painting.acrylic", "바다 달 소품", 35_000, () => Paintings.NightSea(21, 0x0E1B3A, 0x35597A, 0xFFF6DC)) { Done = true },
        new(3, "필름 카메라 (검정)", "첫 카메라로 좋습니다.", "goods.digital.camera", "필름카메라 검정", 85_000, () => Things.Camera(9, 0xD6CCC0, 0x1C1F22)) { Done = true, Condition = "good" },
        new(4, "소설 네 권", "한 번씩 읽었습니다.", "goods.books", "소설 책", 18_000, () => Things.Books(12, 0xDAD2C2, 0x3B4E73, 0xC65D3B, 0xE7D7B5, 0x1B6E5A)) { Done = true, Condition = "likeNew" },
        new(3, "휴대용 턴테이블", "캠핑 갈 때 들고 다녔어요.", "goods.digital.audio", "턴테이블 휴대용", 70_000, () => Things.Turntable(7, 0xC4CCCB, 0x2F5D62)) { Done = true, Condition = "good" },
    ];

    /// <summary>What buyers and sellers say of each other.</summary>
    public static IReadOnlyList<string> Praise { get; } =
    [
        "사진보다 실물이 더 좋습니다. 포장도 꼼꼼했어요.", "답장이 빠르고 친절하셨습니다.", "설명 그대로예요. 거실이 달라졌습니다.", "약속 시간을 잘 지켜 주셔서 편했습니다.",
        "다음 작품도 기다리겠습니다.", "깨끗하게 써 주셔서 감사합니다.",
    ];

    /// <summary>What visitors ask, with the seller's answer.</summary>
    public static IReadOnlyList<(string Question, string Answer)> Talk { get; } =
    [
        ("실제 크기가 어떻게 되나요?", "가로 60, 세로 80센티입니다. 액자까지 하면 조금 더 커요."), ("직거래도 되나요?", "네, 주말에 망원동에서 괜찮습니다."), ("작품 보증서가 있나요?", "네, 서명한 보증서를 함께 보내 드립니다."),
        ("흠집이 있나요?", "사진에 보이는 것이 전부입니다."),
    ];
}
