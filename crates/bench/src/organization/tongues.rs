//! What people write: thirteen languages in nine scripts, with the frequencies of a language.
//!
//! A search index is only as fast as its longest lists, so words must be as unevenly spread as real ones: the n-th word
//! of a language is about n times rarer than its first (Zipf). The frequent ones are real words; the long tail is made of
//! syllables of the script.

use rand::Rng;
use rand::rngs::StdRng;

/// Words of the tail of each language.
const TAIL: usize = 9_000;

/// How a language is written.
struct Script {
    /// Of a hundred messages so many.
    share: u32,
    /// Its most frequent words, the first most of all.
    frequent: &'static str,
    /// What the words of the tail are made of.
    onsets: &'static str,
    nuclei: &'static str,
    /// Marks that some words of the tail carry.
    marks: &'static str,
    /// Between words; nothing in scripts without spaces.
    between: &'static str,
    /// Ends a sentence.
    stop: char,
}

const SCRIPTS: &[Script] = &[
    // English
    Script {
        share: 43,
        frequent: "the to and a you is of my in for it on that have can with not this order are be your will at when we was \
                   please bike thanks from but what if would do so there as no me just has how they all or an could any \
                   still one get time today tomorrow hello yes wheel shop deliver address invoice which like good",
        onsets: "b br c ch cl d dr f fl g gr h j k l m n p pl pr qu r s sh sl st str t th tr v w",
        nuclei: "a ai an ar e ea ed el en er i ing ion ist it o oa on or ou ow u un y",
        marks: "",
        between: " ",
        stop: '.',
    },
    // German
    Script {
        share: 8,
        frequent: "die der und ich ist das nicht zu es ein mit für Sie auf den mein Größe heute über können bitte schön noch \
                   wann Fahrrad danke Straße morgen früh Rechnung wäre",
        onsets: "b br d dr f fl g gr h k kl l m n p pf r s sch schl st t tr v w z",
        nuclei: "a ä au e ei en er i ie in o ö ung u ü lich",
        marks: "",
        between: " ",
        stop: '.',
    },
    // French
    Script {
        share: 7,
        frequent: "de la le et à les je vous est un pour que pas en une mon vélo déjà été merci où très même façon côté \
                   bonjour commande garçon être prête",
        onsets: "b bl c ch d f g j l m n p pr qu r s t tr v",
        nuclei: "a ai an au é è eau en eur i ier in o oi on ou u elle",
        marks: "",
        between: " ",
        stop: '.',
    },
    // Spanish
    Script {
        share: 7,
        frequent: "de la que el en y a los mi por no se una para está con señor mañana bicicleta gracias día cómo también \
                   pedido años quería aquí envío",
        onsets: "b c ch d f g j l ll m n ñ p qu r s t tr v z",
        nuclei: "a á ado al e é en er í i ía ión o ó or u ú",
        marks: "",
        between: " ",
        stop: '.',
    },
    // Russian
    Script {
        share: 6,
        frequent: "и в не на я что с вы это как мой заказ когда уже ещё велосипед спасибо можно будет завтра пожалуйста адрес \
                   сегодня хорошо",
        onsets: "б в г д ж з к л м н п пр р с ст т тр ф х ц ч ш щ",
        nuclei: "а е ё и ий о ов ой у ы ь ю я ение ать",
        marks: "",
        between: " ",
        stop: '.',
    },
    // Greek
    Script {
        share: 3,
        frequent: "και το να είναι η για σας με που θα την μου ποδήλατο παραγγελία ευχαριστώ αύριο σήμερα πότε καλημέρα",
        onsets: "β γ δ ζ θ κ λ μ ν ξ π πρ ρ σ στ τ φ χ ψ",
        nuclei: "α ά αι ε έ ει η ή ι ί ο ό ου υ ω ώ ος ια",
        marks: "",
        between: " ",
        stop: '.',
    },
    // Arabic; some words carry vowel signs, some are drawn out.
    Script {
        share: 7,
        frequent: "في من على إلى هل أن لا مَرْحَبًا مرحبا الطلب دراجة شُكْرًا شكرا غدا اليوم متى العنوان أريد هذا كـــتاب الإطار",
        onsets: "ب ت ث ج ح خ د ذ ر ز س ش ص ض ط ع غ ف ق ك ل م ن ه",
        nuclei: "ا و ي ة ى ان ين ات",
        marks: "\u{64e}\u{64f}\u{650}\u{652}\u{651}",
        between: " ",
        stop: '.',
    },
    // Hebrew
    Script {
        share: 3,
        frequent: "את של אני לא זה על עם מה הזמנה אופניים תודה שלום מחר היום מתי כתובת",
        onsets: "א ב ג ד ה ז ח ט כ ל מ נ ס ע פ צ ק ר ש ת",
        nuclei: "ו י ה ים ות א",
        marks: "",
        between: " ",
        stop: '.',
    },
    // Hindi
    Script {
        share: 4,
        frequent: "है के में और का को से यह मेरी साइकिल नहीं कब ऑर्डर धन्यवाद कल आज नमस्ते पता कृपया",
        onsets: "क ख ग घ च छ ज ट ड त थ द न प ब भ म य र ल व श स ह",
        nuclei: "ा ि ी ु ू े ै ो ौ ं",
        marks: "",
        between: " ",
        stop: '।',
    },
    // Thai, without spaces
    Script {
        share: 3,
        frequent: "ครับ ค่ะ ที่ ไม่ จะ ได้ มา จักรยาน วันนี้ พรุ่งนี้ ขอบคุณ สวัสดี สั่งซื้อ ที่อยู่",
        onsets: "ก ข ค ง จ ช ด ต ท น บ ป พ ม ย ร ล ว ส ห",
        nuclei: "า ี ู ิ ุ อน าน าย าง",
        marks: "",
        between: "",
        stop: ' ',
    },
    // Chinese, without spaces
    Script {
        share: 5,
        frequent: "的 我 是 了 不 在 有 你 好 们 订单 自行车 谢谢 今天 明天 什么 可以 地址 发货 请问 轮胎 修理",
        onsets: "车 轮 订 单 货 运 修 理 店 门 开 关 明 天 早 晚 上 下 中 国 北 京 东 西 南 海 山 水 火 木 金 土 大 小 多 少 高 低 长 短 新 旧 红 蓝 绿 白 黑 黄",
        nuclei: "子 人 家 点 时 间 号 码 钱 元 个 台 辆 次 件 条 色 面 头 手 心 力 气 电 话 信 息 网 站 地 图 路 街 区 城 市 省 县 村 镇 店 房 屋",
        marks: "",
        between: "",
        stop: '。',
    },
    // Japanese, without spaces
    Script {
        share: 2,
        frequent: "の は に を が で です ます 自転車 注文 ありがとう 明日 今日 いつ 住所 お願いします サドル",
        onsets: "か さ た な は ま や ら わ カ サ タ ナ ハ マ ラ 車 店 日 時",
        nuclei: "い う え お く し す ち つ り る れ ん ー ル ト ス",
        marks: "",
        between: "",
        stop: '。',
    },
    // Korean
    Script {
        share: 2,
        frequent: "이 그 저 것 수 주문 자전거 감사합니다 내일 오늘 언제 주소 안녕하세요 배송 타이어",
        onsets: "가 나 다 라 마 바 사 아 자 차 카 타 파 하 고 노 도 로 모 보",
        nuclei: "기 니 리 미 비 시 이 지 은 는 을 를 에 서 요",
        marks: "",
        between: " ",
        stop: '.',
    },
];

/// One language with all its words.
struct Tongue {
    words: Vec<String>,
    /// How often each word and all before it are drawn.
    drawn: Vec<f64>,
    script: &'static Script,
}

/// All of them.
pub struct Tongues {
    all: Vec<Tongue>,
}

impl Tongues {
    /// The same seed makes the same words.
    pub fn new(random: &mut StdRng) -> Self {
        Self { all: SCRIPTS.iter().map(|script| Tongue::new(script, random)).collect() }
    }

    /// Which language somebody writes.
    pub fn draw(&self, random: &mut StdRng) -> usize {
        let all: u32 = SCRIPTS.iter().map(|script| script.share).sum();
        let mut left = random.random_range(0..all);
        for (index, script) in SCRIPTS.iter().enumerate() {
            if left < script.share {
                return index;
            }
            left -= script.share;
        }
        0
    }

    /// What somebody writes in that language.
    pub fn message(&self, tongue: usize, random: &mut StdRng) -> String {
        let tongue = &self.all[tongue];
        let words = match random.random_range(0..100) {
            0..15 => random.random_range(1..4),
            15..75 => random.random_range(4..15),
            75..96 => random.random_range(15..36),
            _ => random.random_range(36..120),
        };
        let mut text = String::new();
        let mut since_stop = 0;
        for n in 0..words {
            if n > 0 && !text.ends_with(' ') {
                text.push_str(tongue.script.between);
            }
            text.push_str(tongue.word(random));
            since_stop += 1;
            if since_stop > 6 && random.random_bool(0.15) {
                text.push(tongue.script.stop);
                text.push_str(tongue.script.between);
                since_stop = 0;
            }
        }
        match random.random_range(0..100) {
            0..8 => text.push_str(&format!(" KC-{}", random.random_range(100_000..999_999))),
            8..13 => text.push_str(" 🙏"),
            13..16 => text.push_str(&format!(" https://shop.example.org/o/{}", random.random_range(1..90_000))),
            _ => {}
        }
        text
    }

    /// A name of somebody who writes that language.
    pub fn name(&self, tongue: usize, random: &mut StdRng) -> String {
        let tongue = &self.all[tongue];
        let mut part = || {
            let word = &tongue.words[random.random_range(tongue.words.len() / 2..tongue.words.len())];
            let mut letters = word.chars();
            let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
            first + letters.as_str()
        };
        let (first, last) = (part(), part());
        format!("{first}{}{last}", tongue.script.between)
    }
}

impl Tongue {
    fn new(script: &'static Script, random: &mut StdRng) -> Self {
        let mut words: Vec<String> = script.frequent.split_whitespace().map(String::from).collect();
        let onsets: Vec<&str> = script.onsets.split_whitespace().collect();
        let nuclei: Vec<&str> = script.nuclei.split_whitespace().collect();
        let marks: Vec<char> = script.marks.chars().collect();
        let most = if script.between.is_empty() { 2 } else { 3 };
        for _ in 0..TAIL {
            let mut word = String::new();
            for _ in 0..random.random_range(1..=most) {
                word.push_str(onsets[random.random_range(0..onsets.len())]);
                word.push_str(nuclei[random.random_range(0..nuclei.len())]);
            }
            if !marks.is_empty() && random.random_bool(0.1) {
                word = word.chars().flat_map(|c| [c, marks[random.random_range(0..marks.len())]]).collect();
            }
            words.push(word);
        }
        let mut sum = 0.0;
        let drawn = (1..=words.len()).map(|rank| {
            sum += 1.0 / (rank as f64 + 1.7);
            sum
        });
        let drawn = drawn.collect();
        Self { words, drawn, script }
    }

    fn word(&self, random: &mut StdRng) -> &str {
        let all = self.drawn.last().copied().unwrap_or_default();
        let at = random.random_range(0.0..all);
        let index = self.drawn.partition_point(|drawn| *drawn < at);
        &self.words[index.min(self.words.len() - 1)]
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn the_same_seed_writes_the_same_messages() {
        let write = || {
            let mut random = StdRng::seed_from_u64(3);
            let tongues = Tongues::new(&mut random);
            (0..20).map(|_| tongues.message(tongues.draw(&mut random), &mut random)).collect::<Vec<_>>()
        };
        assert_eq!(write(), write());
    }

    #[test]
    fn a_frequent_word_is_in_many_messages_and_a_word_of_the_tail_in_few() {
        let mut random = StdRng::seed_from_u64(3);
        let tongues = Tongues::new(&mut random);
        let written: Vec<String> = (0..2_000).map(|_| tongues.message(0, &mut random)).collect();
        let with = |word: &str| written.iter().filter(|text| text.split([' ', '.']).any(|w| w == word)).count();
        let rare = tongues.all[0].words.last().unwrap();
        assert!(with("the") > 400, "{}", with("the"));
        assert!(with(rare) < 20, "{}", with(rare));
    }
}
