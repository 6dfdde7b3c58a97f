package io.skein.discovery.mapping;

import io.skein.discovery.mapping.GeneratedInventory.GeneratedColumn;
import io.skein.discovery.mapping.GeneratedInventory.Style;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Makes inventories with clean, foreign, odd, missing and misleading names, in any order, with
 * columns beside them that hold no field. The seed decides everything.
 */
final class InventoryGenerator {
  private static final String[] CITIES = {
    "Frankfurt",
    "Lyon",
    "Madrid",
    "São Paulo",
    "Torino",
    "Utrecht",
    "Osaka",
    "Ashburn",
    "Dublin",
    "Chennai"
  };
  private static final String[] PEOPLE = {
    "Anna Keller",
    "Pierre Dubois",
    "Carlos Ruiz",
    "Giulia Rossi",
    "Jan de Vries",
    "Priya Nair",
    "Tom Baker",
    "Sarah Osei",
    "Lukas Brandt",
    "Maria Silva"
  };
  private static final String[] APPLICATIONS = {
    "CRM",
    "SAP ERP",
    "Payroll",
    "Web Shop",
    "Data Warehouse",
    "Intranet",
    "Billing",
    "Ticketing",
    "Mail",
    "Archive"
  };
  private static final String[] SYSTEMS = {
    "Ubuntu 22.04 LTS",
    "Windows Server 2016 Standard",
    "RHEL 8.6",
    "Debian GNU/Linux 11 (bullseye)",
    "SUSE Linux Enterprise Server 15 SP4",
    "Oracle Linux 8",
    "AIX 7.2",
    "CentOS Linux 7.9",
    "Microsoft Windows Server 2019"
  };
  private static final String[] FAMILIES = {
    "Ubuntu", "Windows Server", "Red Hat Enterprise Linux", "Debian", "SLES", "Solaris", "AIX"
  };
  private static final String[] VERSIONS = {
    "22.04", "2016", "8.6", "11", "15 SP4", "2012 R2", "7.2", "10 (buster)"
  };
  private static final String[][] ENVIRONMENTS = {
    {"Production", "Test", "Development"},
    {"prod", "dev", "uat", "dr"},
    {"PRD", "QA", "STG"},
    {"Produktion", "Entwicklung", "Abnahme"},
    {"Producción", "Desarrollo", "Pruebas"},
    {"本番", "開発", "検証"}
  };
  private static final String[][] STATES = {
    {"Active", "Retired", "In maintenance"},
    {"poweredOn", "poweredOff"},
    {"in Betrieb", "stillgelegt"},
    {"En service", "Hors service"},
    {"running", "stopped"}
  };
  private static final String[][] TYPES = {
    {"Virtual", "Physical"},
    {"Server", "Database", "Network", "Application"},
    {"VM", "Bare Metal"},
    {"virtuell", "physisch"}
  };

  private static final Map<Field, String[][]> NAMES = new EnumMap<>(Field.class);

  static {
    // clean, foreign, odd (no dictionary has it)
    NAMES.put(
        Field.HOSTNAME,
        new String[][] {
          {"Hostname", "host_name", "Server Name", "ServerName", "Computer Name"},
          {
            "Rechnername",
            "Nom du serveur",
            "Nombre del servidor",
            "Nome do servidor",
            "Nome macchina",
            "Servernaam",
            "ホスト名"
          },
          {"Boxes", "Kiste", "elem"}
        });
    NAMES.put(
        Field.FQDN,
        new String[][] {
          {"FQDN", "Fully Qualified Domain Name", "dns_name"},
          {"Nom DNS", "Nombre DNS", "Nome DNS"},
          {"long form", "full"}
        });
    NAMES.put(
        Field.IP_ADDRESSES,
        new String[][] {
          {"IP Address", "ip", "IPv4", "primary_ip", "IpAddress"},
          {
            "IP-Adresse",
            "Adresse IP",
            "Dirección IP",
            "Endereço IP",
            "Indirizzo IP",
            "IP-adres",
            "IPアドレス"
          },
          {"net", "LAN"}
        });
    NAMES.put(
        Field.ENVIRONMENT,
        new String[][] {
          {"Environment", "env", "Server Environment"},
          {"Umgebung", "Environnement", "Entorno", "Ambiente", "Omgeving", "環境"},
          {"Usage area", "level 2"}
        });
    NAMES.put(
        Field.OS_NAME,
        new String[][] {
          {"Operating System", "OS", "os_name", "Guest OS"},
          {
            "Betriebssystem",
            "Système d'exploitation",
            "Sistema Operativo",
            "Sistema Operacional",
            "Besturingssysteem"
          },
          {"base software", "image"}
        });
    NAMES.put(
        Field.OS_VERSION,
        new String[][] {
          {"OS Version", "os_release", "OS Level"},
          {"Betriebssystemversion", "Version OS", "Versión del sistema operativo", "Versione OS"},
          {"lvl", "rev"}
        });
    NAMES.put(
        Field.CPU_CORES,
        new String[][] {
          {"CPU Cores", "vCPUs", "num_cpus", "CPU Count", "Cores"},
          {"CPU-Kerne", "Nombre de cœurs", "Núcleos", "Aantal cores", "CPUコア数"},
          {"power units", "C"}
        });
    NAMES.put(
        Field.MEMORY,
        new String[][] {
          {"Memory", "RAM", "mem_size", "Total Memory"},
          {"Arbeitsspeicher", "Mémoire", "Memoria RAM", "Memória", "Geheugen", "メモリ"},
          {"M", "size1"}
        });
    NAMES.put(
        Field.STORAGE,
        new String[][] {
          {"Storage", "Disk Size", "Total Disk", "disk_capacity"},
          {"Festplatte", "Stockage", "Almacenamiento", "Armazenamento", "Opslag", "ディスク容量"},
          {"S", "size2"}
        });
    NAMES.put(
        Field.SITE,
        new String[][] {
          {"Data Center", "Location", "Site", "region"},
          {"Standort", "Rechenzentrum", "Emplacement", "Ubicación", "Localização", "Locatie", "拠点"},
          {"where", "spot"}
        });
    NAMES.put(
        Field.OWNER,
        new String[][] {
          {"Owner", "Server Owner", "technical_owner"},
          {
            "Verantwortlicher",
            "Propriétaire",
            "Responsable",
            "Responsável",
            "Proprietario",
            "Eigenaar",
            "担当者"
          },
          {"who", "POC"}
        });
    NAMES.put(
        Field.STATUS,
        new String[][] {
          {"Status", "State", "Power State", "operational_status"},
          {"Zustand", "Statut", "Estado", "Stato", "ステータス"},
          {"flag2", "phase"}
        });
    NAMES.put(
        Field.ASSET_TYPE,
        new String[][] {
          {"Asset Type", "Server Type", "ci_type", "Device Type"},
          {"Gerätetyp", "Type de serveur", "Tipo de servidor", "Tipo de ativo", "資産種別"},
          {"form", "build"}
        });
    NAMES.put(
        Field.NAME,
        new String[][] {
          {"Asset Name", "Display Name", "ci_name"},
          {"Anzeigename", "Nom d'affichage", "Nombre del activo", "Nome do ativo", "資産名"},
          {"caption", "called"}
        });
    NAMES.put(
        Field.EXTERNAL_ID,
        new String[][] {
          {"Asset ID", "Serial Number", "Asset Tag", "CI ID"},
          {"Seriennummer", "Numéro de série", "Número de serie", "Numero di serie", "Serienummer"},
          {"ref", "key"}
        });
    NAMES.put(
        Field.VIRTUAL_HOST,
        new String[][] {
          {"VM Host", "ESXi Host", "Hypervisor", "vmhost"},
          {"Virtualisierungshost", "Hyperviseur", "Hipervisor", "Fysieke host", "ハイパーバイザー"},
          {"on top of", "carrier"}
        });
    NAMES.put(
        Field.APPLICATIONS,
        new String[][] {
          {"Application", "Applications", "App Name"},
          {"Anwendung", "Aplicación", "Aplicação", "Applicazione", "Applicatie", "アプリケーション"},
          {"what for", "solution"}
        });
    NAMES.put(
        Field.DEPENDENCIES,
        new String[][] {
          {"Dependencies", "Depends On", "depends_on"},
          {"Abhängigkeiten", "Dépendances", "Dependencias", "Dipendenze", "依存関係"},
          {"needs", "links"}
        });
    NAMES.put(
        Field.LAST_SEEN,
        new String[][] {
          {"Last Seen", "Last Updated", "last_modified"},
          {"Letzte Aktualisierung", "Dernière mise à jour", "Última actualización"},
          {"when", "stamp"}
        });
  }

  private final Random random;
  private final int rows;
  private final int serial;

  InventoryGenerator(long seed) {
    random = new Random(seed);
    rows = 40 + random.nextInt(120);
    serial = random.nextInt(900);
  }

  GeneratedInventory next() {
    List<GeneratedColumn> columns = new ArrayList<>();
    columns.add(column(Field.HOSTNAME));
    List<Field> others = new ArrayList<>(NAMES.keySet());
    others.remove(Field.HOSTNAME);
    Collections.shuffle(others, random);
    for (Field field : others.subList(0, 4 + random.nextInt(8))) {
      columns.add(column(field));
    }
    List<GeneratedColumn> decoys = decoys();
    Collections.shuffle(decoys, random);
    columns.addAll(decoys.subList(0, random.nextInt(5)));
    if (random.nextInt(3) > 0) {
      List<GeneratedColumn> misleading = misleading();
      columns.add(misleading.get(random.nextInt(misleading.size())));
    }
    Collections.shuffle(columns, random);
    return new GeneratedInventory(columns, rows);
  }

  private GeneratedColumn column(Field field) {
    String[][] names = Objects.requireNonNull(NAMES.get(field), "no names for the field");
    int chance = random.nextInt(100);
    Style style =
        chance < 50
            ? Style.CLEAN
            : chance < 75 ? Style.FOREIGN : chance < 87 ? Style.ODD : Style.MISSING;
    String name = style == Style.MISSING ? "" : pick(names[Math.min(style.ordinal(), 2)]);
    boolean inGigabytes = random.nextBoolean();
    if ((field == Field.MEMORY || field == Field.STORAGE)
        && !name.isEmpty()
        && random.nextBoolean()) {
      name += inGigabytes ? pick(" (GB)", "_gb") : pick(" (MB)", " [MB]");
    }
    return new GeneratedColumn(name, Set.of(field), style, values(field, inGigabytes));
  }

  private List<String> values(Field field, boolean inGigabytes) {
    String[] environments = pick(ENVIRONMENTS);
    String[] states = pick(STATES);
    String[] types = pick(TYPES);
    boolean mails = random.nextInt(4) == 0;
    boolean combined = random.nextBoolean();
    boolean written = random.nextInt(4) == 0;
    return switch (field) {
      case HOSTNAME -> each(this::host);
      case FQDN -> each(i -> host(i) + ".corp.example.com");
      case IP_ADDRESSES -> each(i -> address(i) + (i % 9 == 0 ? "; 172.16.0." + i : ""));
      case ENVIRONMENT -> each(i -> pick(environments));
      case OS_NAME -> each(i -> pick(combined ? SYSTEMS : FAMILIES));
      case OS_VERSION -> each(i -> pick(VERSIONS));
      case CPU_CORES -> each(i -> "" + pick(1, 2, 4, 8, 16, 32));
      case MEMORY ->
          each(i ->
              inGigabytes
                  ? pick(4, 8, 16, 32, 64, 128) + (written ? " GB" : "")
                  : "" + 1024 * pick(4, 8, 16, 32, 64));
      case STORAGE ->
          each(i ->
              inGigabytes ? "" + 50 * pick(1, 2, 5, 10, 20) : "" + 51200 * pick(1, 2, 5, 10, 20));
      case SITE -> each(i -> pick(CITIES));
      case OWNER ->
          each(i ->
              mails
                  ? pick(PEOPLE).toLowerCase(java.util.Locale.ROOT).replace(' ', '.')
                      + "@example.com"
                  : pick(PEOPLE));
      case STATUS -> each(i -> pick(states));
      case ASSET_TYPE -> each(i -> pick(types));
      case NAME ->
          each(i -> pick("Web Frontend ", "Database ", "Print Server ", "Batch ") + (i + 1));
      case EXTERNAL_ID -> each(i -> "CZ" + (31_000 + 7 * i) + "QX");
      case VIRTUAL_HOST ->
          each(i ->
              random.nextInt(6) == 0 ? "" : "esx" + (1 + random.nextInt(6)) + ".virt.example.com");
      case APPLICATIONS ->
          each(i -> pick(APPLICATIONS) + (random.nextInt(4) == 0 ? ";" + pick(APPLICATIONS) : ""));
      case DEPENDENCIES ->
          each(i ->
              random.nextInt(3) == 0
                  ? ""
                  : host(random.nextInt(rows)) + ";" + host(random.nextInt(rows)));
      case LAST_SEEN -> each(i -> "2026-0" + (1 + random.nextInt(9)) + "-1" + random.nextInt(10));
      default -> throw new IllegalArgumentException("no values for " + field);
    };
  }

  private List<GeneratedColumn> decoys() {
    List<GeneratedColumn> decoys = new ArrayList<>();
    decoys.add(decoy("Default Gateway", i -> "10.0." + i % 4 + ".1"));
    decoys.add(decoy("Management IP", i -> "192.168." + i / 200 + "." + i % 200));
    decoys.add(decoy("MAC", i -> String.format("00:50:56:%02x:%02x:aa", i / 200, i % 200)));
    decoys.add(decoy("Rack", i -> "R" + i % 12 + "-U" + (i * 7) % 42));
    decoys.add(decoy("Department", i -> pick("Finance", "Sales", "HR", "IT Operations")));
    decoys.add(decoy("Criticality", i -> pick("High", "Medium", "Low")));
    decoys.add(decoy("Cost Center", i -> "" + pick(4711, 4712, 4713)));
    decoys.add(decoy("CPU Model", i -> "Intel Xeon Gold 61" + pick(30, 42, 48)));
    decoys.add(decoy("CPU Speed (MHz)", i -> "" + pick(2100, 2400, 2600)));
    decoys.add(decoy("CPU Sockets", i -> "" + pick(1, 2, 4)));
    decoys.add(decoy("Memory Slots", i -> "" + pick(8, 16, 24)));
    decoys.add(decoy("Free Disk (GB)", i -> "" + random.nextInt(400)));
    decoys.add(decoy("Disk Type", i -> pick("SSD", "HDD", "NVMe")));
    decoys.add(decoy("Backup Status", i -> pick("OK", "Failed", "Running")));
    decoys.add(decoy("Backup Server", i -> pick("bkp01", "bkp02")));
    decoys.add(decoy("Monitoring Host", i -> pick("mon01", "mon02")));
    decoys.add(decoy("Target OS", i -> pick(SYSTEMS)));
    decoys.add(decoy("Previous Environment", i -> pick("prod", "test")));
    decoys.add(decoy("OS Install Date", i -> "2021-03-1" + random.nextInt(10)));
    decoys.add(decoy("Warranty End", i -> "2027-03-1" + random.nextInt(10)));
    decoys.add(decoy("Antivirus Version", i -> "14." + random.nextInt(9)));
    decoys.add(decoy("Kernel", i -> "5.4.0-" + random.nextInt(90) + "-generic"));
    decoys.add(
        decoy(
            "Description", i -> "runs the nightly job for " + pick(APPLICATIONS) + " number " + i));
    decoys.add(decoy("Subnet", i -> "10.0." + i % 4 + ".0/24"));
    decoys.add(decoy("In Scope", i -> pick("yes", "no")));
    decoys.add(decoy("Application Owner", i -> pick(PEOPLE)));
    decoys.add(decoy("Datacenter Contact", i -> pick(PEOPLE)));
    decoys.add(decoy("DB Version", i -> pick("12.2", "19c", "11.2.0.4")));
    decoys.add(decoy("Zeitzone", i -> pick("Europe/Berlin", "UTC")));
    decoys.add(decoy("Wartungsfenster", i -> pick("So 02:00", "Sa 22:00")));
    return decoys;
  }

  private GeneratedColumn decoy(String name, IntFunction<String> value) {
    return new GeneratedColumn(name, Set.of(), Style.DECOY, each(value));
  }

  private List<GeneratedColumn> misleading() {
    List<GeneratedColumn> columns = new ArrayList<>();
    columns.add(misleading("name", Set.of(Field.OWNER), Field.OWNER));
    columns.add(misleading("Nom", Set.of(Field.OWNER), Field.OWNER));
    columns.add(misleading("host", Set.of(Field.VIRTUAL_HOST), Field.VIRTUAL_HOST));
    columns.add(misleading("Hostname", Set.of(Field.VIRTUAL_HOST), Field.VIRTUAL_HOST));
    columns.add(misleading("os", Set.of(Field.OS_VERSION), Field.OS_VERSION));
    columns.add(misleading("version", Set.of(Field.OS_NAME), Field.OS_NAME));
    columns.add(misleading("Location", Set.of(Field.OWNER), Field.OWNER));
    columns.add(misleading("Standort", Set.of(Field.ENVIRONMENT), Field.ENVIRONMENT));
    columns.add(misleading("Status", Set.of(Field.ENVIRONMENT), Field.ENVIRONMENT));
    columns.add(misleading("Environment", Set.of(Field.SITE), Field.SITE));
    columns.add(misleading("Type", Set.of(Field.OS_NAME), Field.OS_NAME));
    columns.add(misleading("Owner", Set.of(Field.SITE), Field.SITE));
    columns.add(misleading("Server", Set.of(Field.APPLICATIONS), Field.APPLICATIONS));
    columns.add(misleading("Application", Set.of(Field.OWNER), Field.OWNER));
    columns.add(misleading("IP", Set.of(Field.HOSTNAME), Field.FQDN));
    columns.add(misleading("Serial", Set.of(Field.OS_VERSION), Field.OS_VERSION));
    columns.add(misleading("CPU", Set.of(Field.MEMORY), Field.LAST_SEEN));
    columns.add(
        new GeneratedColumn(
            "CPU", Set.of(), Style.MISLEADING, each(i -> "Xeon E5-26" + pick(30, 40, 50))));
    columns.add(
        new GeneratedColumn(
            "Memory", Set.of(), Style.MISLEADING, each(i -> pick("DDR4", "DDR3 ECC"))));
    columns.add(
        new GeneratedColumn(
            "Site", Set.of(), Style.MISLEADING, each(i -> "https://wiki.example.com/" + i)));
    columns.add(
        new GeneratedColumn(
            "IP", Set.of(), Style.MISLEADING, each(i -> pick("10.0.0.1", "10.1.0.1"))));
    columns.add(
        new GeneratedColumn(
            "Location",
            Set.of(),
            Style.MISLEADING,
            each(i -> "R" + i % 40 + "-U" + (i * 7) % 42 + "-" + i)));
    columns.add(
        new GeneratedColumn(
            "Cores", Set.of(), Style.MISLEADING, each(i -> "" + pick(2100, 2400, 2600))));
    columns.add(
        new GeneratedColumn("Last Updated", Set.of(), Style.MISLEADING, each(i -> pick(PEOPLE))));
    return columns;
  }

  private GeneratedColumn misleading(String name, Set<Field> truth, Field values) {
    return new GeneratedColumn(name, truth, Style.MISLEADING, values(values, true));
  }

  private String host(int i) {
    return new String[] {"srv", "web-", "p-db", "lnx"}[(i + serial) % 4]
        + String.format("%03d", i + serial);
  }

  private String address(int i) {
    return "10." + serial % 200 + "." + i / 200 + "." + (10 + i % 200);
  }

  private List<String> each(IntFunction<String> value) {
    return IntStream.range(0, rows).mapToObj(value).toList();
  }

  @SafeVarargs
  private <T> T pick(T... values) {
    return values[random.nextInt(values.length)];
  }
}
