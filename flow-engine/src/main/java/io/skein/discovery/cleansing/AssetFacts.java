package io.skein.discovery.cleansing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one asset, in clean form; null or an empty list where nothing is.
 *
 * @param hostname first label, lower case, without domain
 * @param fqdn lower case, without the trailing dot
 * @param name display name as written, spaces collapsed
 * @param ipAddresses valid IPv4 and IPv6 addresses in canonical text, without repeats
 * @param memoryMb memory in MiB
 * @param storageGb storage in GiB, at most two decimals
 * @param site site, data centre or region as written
 * @param assetType the declared type as written, spaces collapsed (classification is not done here)
 * @param applications names of applications, as written, without repeats ignoring case
 * @param dependencies names or identifiers of assets that this one depends on
 * @param virtualHost name of the host that runs this virtual machine
 * @param externalId serial number or identifier in the source system
 */
public record AssetFacts(
    @Nullable String hostname,
    @Nullable String fqdn,
    @Nullable String name,
    List<String> ipAddresses,
    @Nullable Environment environment,
    @Nullable OperatingSystem operatingSystem,
    @Nullable Integer cpuCores,
    @Nullable Long memoryMb,
    @Nullable Double storageGb,
    @Nullable String site,
    @Nullable String owner,
    @Nullable AssetStatus status,
    @Nullable String assetType,
    List<String> applications,
    List<String> dependencies,
    @Nullable String virtualHost,
    @Nullable String externalId) {

  /** Copies the lists. */
  public AssetFacts {
    ipAddresses = List.copyOf(ipAddresses);
    applications = List.copyOf(applications);
    dependencies = List.copyOf(dependencies);
  }

  /** The domain of the fully qualified name, or null without one. */
  public @Nullable String domain() {
    int dot = fqdn == null ? -1 : fqdn.indexOf('.');
    return fqdn == null || dot < 0 ? null : fqdn.substring(dot + 1);
  }

  /** The name to show: display name, else fully qualified name, host name, identifier, address. */
  public String displayName() {
    for (String candidate : new @Nullable String[] {name, fqdn, hostname, externalId}) {
      if (candidate != null) {
        return candidate;
      }
    }
    return ipAddresses.isEmpty() ? "unnamed" : ipAddresses.getFirst();
  }
}
