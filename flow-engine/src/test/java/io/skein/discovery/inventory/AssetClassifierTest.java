package io.skein.discovery.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.discovery.cleansing.AssetCleanser;
import io.skein.discovery.cleansing.CleanAsset;
import io.skein.discovery.cleansing.DuplicateMerger;
import io.skein.discovery.cleansing.RawAsset;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class AssetClassifierTest {

  private final AssetClassifier classifier = new AssetClassifier();

  private InventoryAsset classify(RawAsset raw) {
    CleanAsset clean = Objects.requireNonNull(new AssetCleanser().cleanse(raw).asset());
    return classifier.classify(new DuplicateMerger().merge(List.of(clean)).getFirst());
  }

  @ParameterizedTest(name = "{0} {1} {2} {3}")
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          web1       | Server                 | -     | -                       | SERVER
          web1       | Server                 | virt1 | -                       | VIRTUAL_MACHINE
          web1       | Virtual                | -     | -                       | VIRTUAL_MACHINE
          web1       | Virtual/other (ttyS0)  | -     | -                       | VIRTUAL_MACHINE
          web1       | Cloud instance         | -     | -                       | VIRTUAL_MACHINE
          web1       | Physical               | -     | -                       | SERVER
          web1       | Unknown                | virt1 | -                       | VIRTUAL_MACHINE
          x1         | Database               | -     | Linux                   | DATABASE
          x1         | Database Server        | -     | Linux                   | DATABASE
          x1         | Load Balancer          | -     | Linux                   | NETWORK_DEVICE
          x1         | Storage Array          | -     | -                       | STORAGE
          x1         | Application            | -     | -                       | APPLICATION
          x1         | Cache                  | -     | -                       | MIDDLEWARE
          x1         | External               | -     | -                       | EXTERNAL_SERVICE
          server02   | -                      | -     | PostgreSQL 14 on Ubuntu | DATABASE
          host1      | -                      | -     | VMware ESXi 6.7         | VIRTUAL_HOST
          edge1      | -                      | -     | Palo Alto PAN-OS        | NETWORK_DEVICE
          fw-01      | -                      | -     | -                       | NETWORK_DEVICE
          virthost03 | -                      | -     | -                       | VIRTUAL_HOST
          srv-db-01  | -                      | -     | RHEL 8                  | SERVER
          web1       | -                      | -     | -                       | SERVER
          """)
  void classifies(
      String host,
      @Nullable String type,
      @Nullable String virtualHost,
      @Nullable String os,
      AssetType expected) {
    InventoryAsset asset =
        classify(
            RawAsset.at("f", 1)
                .hostname(host)
                .assetType(type)
                .virtualHost(virtualHost)
                .osName(os)
                .build());

    assertThat(asset.type()).as(asset.reason()).isEqualTo(expected);
    assertThat(asset.key()).isEqualTo("host:" + host);
  }

  @Test
  void applicationsOfACellBecomeAssets() {
    InventoryAsset server =
        classify(RawAsset.at("f", 1).hostname("web1").applications("CRM; Shop").build());
    InventoryAsset declared =
        classify(
            RawAsset.at("f", 2).name("crm").assetType("Application").environment("prod").build());

    List<InventoryAsset> named = classifier.applicationsNamedBy(server);

    assertThat(named).extracting(InventoryAsset::key).containsExactly("name:crm", "name:shop");
    assertThat(named.getFirst().key()).as("the declared one is the same").isEqualTo(declared.key());
  }

  @Test
  void goesThroughJsonAndBack() {
    InventoryAsset asset =
        classify(
            RawAsset.at("f", 1)
                .hostname("web1.x.com")
                .osName("Windows Server 2016 Standard")
                .environment("prod")
                .memory("16")
                .storage("1.5 TB")
                .status("live")
                .ipAddresses("10.0.0.1")
                .build());
    JsonMapper json = JsonMapper.builder().build();

    String text = json.writeValueAsString(asset);

    assertThat(text)
        .contains(
            "\"type\":\"server\"", "\"environment\":\"production\"", "\"family\":\"windows\"");
    assertThat(json.readValue(text, InventoryAsset.class)).isEqualTo(asset);
  }
}
