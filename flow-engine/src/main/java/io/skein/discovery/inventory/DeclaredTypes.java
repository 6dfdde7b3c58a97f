package io.skein.discovery.inventory;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a declared type means. The first rule that finds its words decides: special before general.
 */
final class DeclaredTypes {

  private final Map<Pattern, AssetType> rules = new LinkedHashMap<>();

  DeclaredTypes() {
    rule(
        AssetType.VIRTUAL_HOST,
        "hypervisor|virtual ?host|vm ?host|virt ?host|esxi?(?: host| server)?|vmware host|kvm host|hyper-?v host");
    rule(
        AssetType.DATABASE,
        "database|databases|db|dbms|rdbms|datenbank|base de donn[ée]es|base de datos|db server|sql ?server|data store");
    rule(
        AssetType.NETWORK_DEVICE,
        "network|networking|switch|router|firewall|load ?balancer|lb|gateway device|netzwerk|red|waf|proxy appliance|access point|vpn");
    rule(
        AssetType.STORAGE,
        "storage|san|nas|array|disk array|filer|backup appliance|tape|speicher|almacenamiento");
    rule(AssetType.EXTERNAL_SERVICE, "external|third[ -]?party|partner");
    rule(
        AssetType.MIDDLEWARE,
        "cache|middleware|queue|message queue|broker|message broker|esb|api gateway|web server software");
    rule(
        AssetType.VIRTUAL_MACHINE,
        "virtual|vm|vms|guest|cloud instance|instance|ec2|virtual machine|virtual server|virtuell|virtuelle maschine|m[áa]quina virtual|vmware|container");
    rule(
        AssetType.SERVER,
        "server|servers|host|physical|bare ?metal|computer|machine|blade|rack|serveur|servidor|hardware|appliance|mainframe|workstation|desktop|laptop|node");
    rule(
        AssetType.APPLICATION,
        "application|applications|app|apps|anwendung|aplicaci[óo]n|software|saas|service|web ?app|website|portal|business service|program|paas|api|product");
  }

  private void rule(AssetType type, String words) {
    rules.put(Pattern.compile("(?<!\\p{L})(?:" + words + ")(?!\\p{L})"), type);
  }

  @Nullable AssetType find(String declared) {
    String text = declared.toLowerCase(Locale.ROOT).replace('_', ' ');
    for (Map.Entry<Pattern, AssetType> rule : rules.entrySet()) {
      if (rule.getKey().matcher(text).find()) {
        return rule.getValue();
      }
    }
    return null;
  }
}
