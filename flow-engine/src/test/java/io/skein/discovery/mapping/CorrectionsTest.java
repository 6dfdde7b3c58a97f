package io.skein.discovery.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.discovery.mapping.CorrectionOutcome.Corrected;
import io.skein.discovery.mapping.CorrectionOutcome.Refused;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CorrectionsTest {
  private final Mapping mapping =
      new Mapping(List.of(Files.sample("fedora_servers_2017.csv"), Files.layout("small_cmdb.csv")));

  @Test
  void aCorrectedColumnIsSure() {
    Mapping corrected =
        corrected(
            new Correction("fedora_servers_2017.csv", "ansible_groups", "dependencies"),
            new Correction(null, "lvm_size", "storage"));

    ColumnMapping groups = corrected.files().getFirst().columns().get(1);
    assertThat(groups.field()).isEqualTo(Field.DEPENDENCIES);
    assertThat(groups.confidence()).isEqualTo(1);
    assertThat(corrected.files().getFirst().columnOf(Field.STORAGE))
        .hasValueSatisfying(column -> assertThat(column.unit()).isEqualTo(Unit.MB));
    assertThat(corrected.needsApproval()).isFalse();
  }

  @Test
  void aFieldOfOneColumnIsTakenFromTheOther() {
    FileMapping fedora = corrected(new Correction(null, "vmhost", "hostname")).files().getFirst();

    assertThat(fedora.columnsOf(Field.HOSTNAME))
        .extracting(ColumnMapping::column)
        .containsExactly("vmhost");
    assertThat(fedora.columns().getFirst().field()).isNull();
  }

  @Test
  void noneUnmaps() {
    assertThat(
            corrected(new Correction(null, "ansible_groups", null))
                .files()
                .getFirst()
                .columnOf(Field.APPLICATIONS))
        .isEmpty();
  }

  @Test
  void namesThatDoNotExistAreRefusedWithThoseThatDo() {
    assertThat(refused(new Correction(null, "nope", "hostname")))
        .satisfies(refused -> {
          assertThat(refused.code()).isEqualTo("unknown_column");
          assertThat(refused.offending()).isEqualTo("nope");
          assertThat(refused.available()).contains("vmhost", "RAM (GB)");
        });
    assertThat(refused(new Correction("small_cmdb.csv", "vmhost", "hostname")).code())
        .isEqualTo("unknown_column");
    assertThat(refused(new Correction(null, "vmhost", "HOSTNAME")))
        .satisfies(refused -> {
          assertThat(refused.code()).isEqualTo("unknown_field");
          assertThat(refused.available()).contains("hostname");
        });
    assertThat(refused(new Correction("other.csv", "vmhost", "hostname")).code())
        .isEqualTo("unknown_file");
    assertThat(
            refused(new Correction(null, "vmhost", "site"), new Correction(null, "env", "site"))
                .code())
        .isEqualTo("field_used_twice");
  }

  private Mapping corrected(Correction... corrections) {
    if (mapping.apply(List.of(corrections)) instanceof Corrected corrected) {
      return corrected.mapping();
    }
    throw new AssertionError("refused: " + mapping.apply(List.of(corrections)));
  }

  private Refused refused(Correction... corrections) {
    if (mapping.apply(List.of(corrections)) instanceof Refused refused) {
      return refused;
    }
    throw new AssertionError("not refused");
  }
}
