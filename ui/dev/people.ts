/** Sample people, channels and words: several languages, scripts and lengths. Never part of the program. */
import type { ChannelPlace, MemberInfo, TagInfo } from "$lib/rpc/types";

const member = (id: string, name: string, initials: string, role: string, me = false): MemberInfo => ({
  id: `m-${id}`,
  name,
  initials,
  role,
  me,
});

export const me = member("priya", "Priya Raman", "PR", "manager", true);
export const members: MemberInfo[] = [
  me,
  member("tomasz", "Tomasz Zieliński", "TZ", "agent"),
  member("dana", "Dana Whitcombe", "DW", "manager"),
  member("yuki", "Yuki Tanabe", "YT", "agent"),
  member("kwame", "Kwame Mensah", "KM", "agent"),
  member("noa", "נועה לוין", "נל", "agent"),
];

const channel = (id: string, kind: string, name: string, number: string | null = null): ChannelPlace => ({
  id: `ch-${id}`,
  kind,
  name,
  number,
  unread: 0,
  no_start: kind === "sms" ? null : "customer_writes_first",
});

/** The member's own texting numbers. */
export const myNumbers = [channel("mine", "sms", "(503) 555-0177", "(503) 555-0177")];

export const inboxes = [
  {
    id: "in-front",
    name: "Front desk",
    kind: "shared",
    assignment: true,
    channels: [
      channel("sms", "sms", "(503) 555-0142", "(503) 555-0142"),
      channel("wa", "whatsapp", "WhatsApp", "+1 503 555 0142"),
      channel("msgr", "messenger", "Messenger"),
      channel("ig", "instagram", "@kestrelcycles"),
      channel("web", "webchat", "Web chat"),
    ],
  },
  {
    id: "in-workshop",
    name: "Workshop",
    kind: "shared",
    assignment: true,
    channels: [channel("web2", "webchat", "Workshop web chat")],
  },
  {
    id: "in-rides",
    name: "Rides",
    kind: "shared",
    assignment: false,
    channels: [channel("web3", "webchat", "Rides web chat")],
  },
];

const tag = (name: string, color: string): TagInfo => ({ id: `t-${name}`, name, color, waiting: false });

export const tags: TagInfo[] = [
  tag("Booking", "stone"),
  tag("Fleet", "violet"),
  tag("Invoice", "amber"),
  tag("Parts", "moss"),
  tag("Sales", "violet"),
  tag("Service plan", "teal"),
  tag("Thursday", "rose"),
  tag("Touring", "sky"),
  tag("Waiting for parts", "brick"),
  tag("Wheel building", "amber"),
];

export interface Person {
  name: string;
  initials: string;
  tint: string;
  says: string[];
}

const person = (name: string, initials: string, tint: string, ...says: string[]): Person => ({ name, initials, tint, says });

export const people: Person[] = [
  person("Layla Haddad", "LH", "teal", "Dropped it off with Tomasz. Sorry for the novel, but the left pannier hook rattles on cobbles and the dynamo light flickers under about 12 km/h 🙏", "والدي يسأل: هل يمكن تركيب رفّ خلفي لدراجته القديمة أيضًا؟"),
  person("Mateo Quispe", "MQ", "brick", "¿Tienen cámaras 700×35 con válvula Presta? Paso a las 5 🚲"),
  person("김하은", "김", "rose", "Is the mint green Pashley in your window still for sale?", "가격이 궁금해요"),
  person("(503) 555-0186", "", "stone", "Are you open on Sunday?"),
  person("Siobhán Ní Dhomhnaill", "SN", "sky", "Thursday at half four?"),
  person("Donaudampfschifffahrts-Radverleih und Fahrradhandels GmbH Wien", "DR", "amber", "Rechnungsempfängeradresse bitte auf Donaudampfschifffahrtsgesellschaft ändern"),
  person("אורי לוי", "א", "violet", "אפשר לקבוע תור לכיוון הילוכים ביום ראשון בבוקר?"),
  person("Nguyễn Thị Minh Khai", "NK", "moss", "The saddle bag in your reel, where is it from?"),
  person("Oluwaseun Adeyemi", "OA", "moss", "Both wheels wobble since the ferry"),
  person("Aroha Ngata", "AN", "rose", "Kia ora! The e-bike shows error 503 <b>again</b>, see https://help.example/503?lang=en."),
  person("Björk Sigurðardóttir", "BS", "teal", "The rear brake squeals like a seal. Normal after new pads?"),
  person("Ravi Subramaniam", "RS", "amber", "Chain came off twice on the hill today 🙈", "Anything I can try at home?"),
  person("Visitor 8F2C", "V", "stone", "Do you repair cargo bikes with a belt drive?"),
  person("João Pedro Albuquerque", "JP", "sky", "Combinado, até amanhã cedo!"),
  person("佐藤 美咲", "佐", "violet", "土曜日に空気入れを借りられますか？"),
  person("สมชาย ใจดี", "ส", "moss", "อะไหล่มาถึงหรือยังครับ"),
  person("Trần Thu Hằng", "TH", "teal", "Mình lấy xe lúc 6 giờ được không?"),
  person("Layla <script>alert(1)</script>", "L", "brick", "R&D <b>now</b> 1<2 javascript:alert(1)"),
];
