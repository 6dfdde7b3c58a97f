package io.skein.discovery.mapping;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Recognises the traits of a value. */
final class Traits {
  private static final Pattern IPV4 =
      Pattern.compile(
          "((25[0-5]|2[0-4]\\d|1?\\d?\\d)\\.){3}(25[0-5]|2[0-4]\\d|1?\\d?\\d)(/(2[4-9]|3[0-2]))?");
  private static final Pattern IPV6 = Pattern.compile("(?=.*:.*:)[0-9a-f:]{3,39}(/\\d{1,3})?");
  private static final Pattern MAC = Pattern.compile("([0-9a-f]{2}[:-]){5}[0-9a-f]{2}");
  private static final Pattern QUALIFIED =
      Pattern.compile("[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)+");
  private static final Pattern LABEL = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");
  private static final Pattern PROCESS =
      Pattern.compile(
          "[\\w.-]+\\.(exe|jar|sh|py|bin|dll)|[a-z][a-z_-]*d|java|node|python\\d?|nginx|apache2?|postgres|oracle|beam\\.smp|w3wp|tomcat\\d*|redis-server|dotnet");
  private static final Pattern FILE =
      Pattern.compile(".*\\.(exe|dll|jar|log|txt|csv|py|sh|bin|iso|img|vmdk|qcow2|conf|xml|json)");
  private static final Pattern NUMBER = Pattern.compile("\\d{1,15}");
  private static final Pattern QUANTITY =
      Pattern.compile("\\d[\\d.,' ]*( ?([kmgtp]i?b?|[kmgt]o|bytes|b))?");
  private static final Pattern PORT =
      Pattern.compile("(\\d{1,5})(\\s*[/-]\\s*(tcp|udp))?|(tcp|udp)[/-]\\d{1,5}");
  private static final Pattern VERSION =
      Pattern.compile(
          "v?\\d{1,5}(\\.(\\d{1,6}|x))*([ -]?(r2|lts|sp\\d|tl\\d+|u\\d+|update \\d+|standard|enterprise|datacenter|stream|\\([a-z0-9 ]+\\)|[a-z]{3,12}))?|\\d{2}h2");
  private static final Pattern DATE =
      Pattern.compile(
          "\\d{4}[-/.]\\d{1,2}[-/.]\\d{1,2}([t ].*)?|\\d{1,2}[-/.]\\d{1,2}[-/.]\\d{2,4}( .*)?|\\d{1,2}[- ](jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[- ]\\d{2,4}");
  private static final Pattern MAIL = Pattern.compile("[^@\\s]+@[^@\\s]+\\.[a-z]+");
  private static final Pattern TEAM =
      Pattern.compile(
          "(.*[ _-])?(team|ops|operations|support|admins?|engineering|squad|dept|department|abteilung|gruppe|equipe|equipo|squadra|チーム)([ _-].*)?");
  private static final Pattern CODE = Pattern.compile("(?=.*\\d)[a-z0-9][a-z0-9:_/-]{2,63}");
  private static final Pattern REGION =
      Pattern.compile(
          "(us|eu|ap|sa|ca|me|af|cn)-[a-z]+-?[a-z]*-?\\d[a-z]?|(north|south|east|west|central)[a-z]*(us|europe|asia)\\d?|(dc|rz|cpd)[ _-]?\\w{1,12}|data ?cent(er|re)[ _-]?\\w*");
  private static final Pattern FLAG =
      Pattern.compile("yes|no|true|false|y|n|ja|nein|oui|non|si|sim|nao|はい|いいえ");
  private static final Pattern LETTERS = Pattern.compile(".*\\p{L}.*");

  private final ValueWords words;

  Traits(ValueWords words) {
    this.words = words;
  }

  /** Traits of one value, written plainly. */
  Set<Trait> of(String plain) {
    Set<Trait> traits = EnumSet.noneOf(Trait.class);
    boolean url = plain.contains("://");
    boolean mac = MAC.matcher(plain).matches();
    boolean address = IPV4.matcher(plain).matches() || (!mac && IPV6.matcher(plain).matches());
    boolean letters = LETTERS.matcher(plain).matches();
    boolean date = DATE.matcher(plain).matches();
    boolean flag = FLAG.matcher(plain).matches();
    boolean file = FILE.matcher(plain).matches();
    note(traits, Trait.URL, url);
    note(traits, Trait.ADDRESS, address);
    note(traits, Trait.DATE, date);
    note(traits, Trait.FLAG, flag);
    boolean named = letters && !address && !mac && !flag && !file && !date;
    boolean qualified =
        named
            && plain.length() <= 253
            && QUALIFIED.matcher(plain).matches()
            && endsInLetters(plain);
    note(traits, Trait.QUALIFIED_NAME, qualified);
    note(
        traits,
        Trait.HOST_NAME,
        qualified || (named && plain.length() >= 2 && LABEL.matcher(plain).matches()));
    number(traits, plain, date);
    note(traits, Trait.VERSION, !address && !date && VERSION.matcher(plain).matches());
    note(traits, Trait.MAIL, MAIL.matcher(plain).matches());
    note(traits, Trait.PERSON, person(plain) || MAIL.matcher(plain).matches());
    note(traits, Trait.TEAM, TEAM.matcher(plain).matches());
    note(traits, Trait.CODE, !address && !date && CODE.matcher(plain).matches());
    note(traits, Trait.PROCESS, PROCESS.matcher(plain).matches());
    note(traits, Trait.REGION, REGION.matcher(plain).matches());
    note(traits, Trait.SYSTEM, words.namesSystem(plain));
    note(traits, Trait.ENVIRONMENT, words.knows("environment", plain));
    note(traits, Trait.STATUS, words.knows("status", plain));
    note(
        traits,
        Trait.ASSET_TYPE,
        words.knows("asset_type", plain)
            || words.knows("asset_type", plain.replaceFirst(" *\\(.*\\)$", "")));
    note(
        traits,
        Trait.RELATIONSHIP,
        words.knows("relationship", plain.replace('_', ' ').replace('-', ' ')));
    note(traits, Trait.PROTOCOL, words.knows("protocol", plain));
    note(traits, Trait.SENTENCE, plain.split(" ").length > 4 && !words.namesSystem(plain));
    note(
        traits,
        Trait.TEXT,
        letters && !address && !mac && !url && !date && !flag && !MAIL.matcher(plain).matches());
    return traits;
  }

  private static void number(Set<Trait> traits, String plain, boolean date) {
    if (NUMBER.matcher(plain).matches()) {
      long value = Long.parseLong(plain);
      traits.add(Trait.WHOLE_NUMBER);
      note(traits, Trait.SMALL_NUMBER, value >= 1 && value <= 1024);
      note(traits, Trait.PORT, value >= 1 && value <= 65_535);
    } else if (PORT.matcher(plain).matches()) {
      traits.add(Trait.PORT);
    }
    note(traits, Trait.QUANTITY, !date && QUANTITY.matcher(plain).matches());
  }

  private boolean person(String plain) {
    List<String> parts = List.of(plain.split("[ ,.]+"));
    return parts.size() >= 2
        && parts.size() <= 4
        && parts.stream().anyMatch(part -> words.knows("given_name", part))
        && parts.stream()
            .allMatch(
                part -> part.chars().allMatch(c -> Character.isLetter(c) || c == '-' || c == '\''));
  }

  private static boolean endsInLetters(String name) {
    String last = name.substring(name.lastIndexOf('.') + 1);
    return last.length() >= 2 && last.chars().allMatch(Character::isLetter);
  }

  private static void note(Set<Trait> traits, Trait trait, boolean holds) {
    if (holds) {
      traits.add(trait);
    }
  }
}
