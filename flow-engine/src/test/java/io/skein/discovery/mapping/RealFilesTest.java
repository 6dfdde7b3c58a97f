package io.skein.discovery.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

final class RealFilesTest {
  @Test
  void fedoraServers() {
    FileMapping mapping = Files.sample("fedora_servers_2017.csv");

    assertThat(mapping.role()).isEqualTo(Role.ASSETS);
    assertThat(fields(mapping))
        .containsOnly(
            entry("inventory_hostname", Field.HOSTNAME),
            entry("ansible_groups", Field.APPLICATIONS),
            entry("datacenter", Field.SITE),
            entry("vmhost", Field.VIRTUAL_HOST),
            entry("num_cpus", Field.CPU_CORES),
            entry("mem_size", Field.MEMORY),
            entry("lvm_size", Field.STORAGE),
            entry("os", Field.OS_NAME),
            entry("eth0_ip", Field.IP_ADDRESSES),
            entry("kind", Field.ASSET_TYPE),
            entry("env", Field.ENVIRONMENT));
    assertThat(mapping.columnOf(Field.MEMORY))
        .hasValueSatisfying(column -> assertThat(column.unit()).isEqualTo(Unit.MB));
    assertThat(mapping.columnOf(Field.STORAGE))
        .hasValueSatisfying(column -> assertThat(column.unit()).isEqualTo(Unit.MB));
    assertThat(mapping.needsApproval()).as("groups are applications only perhaps").isTrue();
  }

  @Test
  void adoptiumServers() {
    FileMapping mapping = Files.sample("adoptium_servers_2021.csv");

    assertThat(mapping.role()).isEqualTo(Role.ASSETS);
    assertThat(fields(mapping))
        .containsOnly(
            entry("Machine", Field.HOSTNAME),
            entry("Hosting Provider", Field.SITE),
            entry("OS Vendor Product", Field.OS_NAME),
            entry("OS Release", Field.OS_VERSION));
  }

  @Test
  void fedoraEdges() {
    FileMapping mapping = Files.sample("fedora_app_server_edges_2017.csv");

    assertThat(mapping.role()).isEqualTo(Role.DEPENDENCIES);
    assertThat(fields(mapping))
        .containsOnly(
            entry("Application", Field.SOURCE_APPLICATION),
            entry("Server", Field.DESTINATION_SERVER),
            entry("Relationship", Field.RELATIONSHIP));
    assertThat(mapping.needsApproval()).isFalse();
  }

  @Test
  void flowsWithPorts() {
    FileMapping mapping = Files.layout("dependency_export_with_ports.csv");

    assertThat(mapping.role()).isEqualTo(Role.DEPENDENCIES);
    assertThat(fields(mapping))
        .hasSize(8)
        .containsEntry("Destination port", Field.DESTINATION_PORT)
        .containsEntry("Source server name", Field.SOURCE_SERVER)
        .containsEntry("Destination IP", Field.DESTINATION_IP);
    assertThat(mapping.needsApproval()).isFalse();
  }

  @Test
  void enterpriseCmdb() {
    FileMapping mapping = Files.layout("enterprise_cmdb.csv");

    assertThat(fields(mapping))
        .containsOnly(
            entry("asset_id", Field.EXTERNAL_ID),
            entry("asset_name", Field.NAME),
            entry("asset_type", Field.ASSET_TYPE),
            entry("ip_address", Field.IP_ADDRESSES),
            entry("os", Field.OS_NAME),
            entry("environment", Field.ENVIRONMENT),
            entry("owner", Field.OWNER),
            entry("location", Field.SITE),
            entry("dependencies", Field.DEPENDENCIES),
            entry("last_updated", Field.LAST_SEEN));
    assertThat(mapping.columnOf(Field.OS_NAME))
        .hasValueSatisfying(os ->
            assertThat(os.confidence())
                .as("most of its values are no operating systems")
                .isLessThan(Mapping.THRESHOLD));
  }

  @Test
  void plainLayouts() {
    assertThat(fields(Files.layout("small_cmdb.csv")))
        .containsOnlyKeys(
            "Hostname", "IP Address", "Operating System", "CPU Cores", "RAM (GB)", "Environment");
    assertThat(Files.layout("small_cmdb.csv").needsApproval()).isFalse();
    assertThat(Files.layout("assets_40_with_dependencies.csv").needsApproval()).isFalse();
    assertThat(fields(Files.layout("assets_40_with_dependencies.csv")))
        .hasSize(9)
        .containsEntry("dependencies", Field.DEPENDENCIES);
    assertThat(fields(Files.layout("assets_baseline.csv")))
        .hasSize(11)
        .doesNotContainKey("description")
        .isEqualTo(fields(Files.layout("assets_duplicates.csv")));
  }

  @Test
  void waveList() {
    FileMapping mapping = Files.layout("wave_server_list.csv");

    assertThat(fields(mapping))
        .containsEntry("server_name", Field.HOSTNAME)
        .containsEntry("server_fqdn", Field.FQDN)
        .containsEntry("server_environment", Field.ENVIRONMENT)
        .containsEntry("app_name", Field.APPLICATIONS)
        .containsEntry("aws_region", Field.SITE)
        .containsEntry("server_os_family", Field.OS_NAME)
        .doesNotContainKeys(
            "wave_name",
            "aws_accountid",
            "server_tier",
            "r_type",
            "instanceType",
            "tenancy",
            "tags");
  }

  @Test
  @EnabledIfSystemProperty(named = "skein.test.data", matches = ".+")
  void wikimedia() {
    Path data = Path.of(System.getProperty("skein.test.data"));

    assertThat(fields(Files.propose(data.resolve("wikimedia_servers_2016.csv"))))
        .containsOnly(
            entry("hostname", Field.HOSTNAME),
            entry("fqdn", Field.FQDN),
            entry("site", Field.SITE),
            entry("server_type", Field.ASSET_TYPE),
            entry("os_family", Field.OS_NAME),
            entry("os_version", Field.OS_VERSION),
            entry("puppet_roles", Field.APPLICATIONS),
            entry("service_clusters", Field.APPLICATIONS));
    FileMapping edges = Files.propose(data.resolve("wikimedia_app_server_edges_2016.csv"));
    assertThat(edges.role()).isEqualTo(Role.DEPENDENCIES);
    assertThat(fields(edges))
        .containsEntry("application_cluster", Field.SOURCE_APPLICATION)
        .containsEntry("server_fqdn", Field.DESTINATION_SERVER);
  }

  private static Map<String, Field> fields(FileMapping mapping) {
    Map<String, Field> fields = new LinkedHashMap<>();
    for (ColumnMapping column : mapping.columns()) {
      if (column.field() != null) {
        fields.put(column.column(), column.field());
      }
    }
    return fields;
  }
}
