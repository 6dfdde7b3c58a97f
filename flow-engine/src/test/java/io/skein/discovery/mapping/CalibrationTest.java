package io.skein.discovery.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.discovery.mapping.GeneratedInventory.GeneratedColumn;
import io.skein.discovery.mapping.GeneratedInventory.Style;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Confidence means what it says, on inventories that nothing was fitted to. */
final class CalibrationTest {
  private static final int SEEDS = Integer.getInteger("skein.test.mapping-seeds", 300);

  private static final class Tally {
    int right;
    int rightAndSure;
    int wrong;
    int missed;
  }

  @Test
  void whatIsWrongIsNeverSureAndWhatIsCleanMostlyIs() {
    Map<Style, Tally> tallies = new EnumMap<>(Style.class);
    List<String> wrongAndSure = new ArrayList<>();
    for (int seed = 0; seed < SEEDS; seed++) {
      GeneratedInventory inventory = new InventoryGenerator(seed).next();
      FileMapping mapping = Files.text(inventory.csv());
      for (int i = 0; i < mapping.columns().size(); i++) {
        ColumnMapping proposed = mapping.columns().get(i);
        GeneratedColumn actual = inventory.columns().get(i);
        Tally tally = tallies.computeIfAbsent(actual.style(), style -> new Tally());
        if (proposed.field() == null) {
          tally.missed += actual.truth().isEmpty() ? 0 : 1;
        } else if (actual.truth().contains(proposed.field())) {
          tally.right++;
          tally.rightAndSure += proposed.confidence() >= Mapping.THRESHOLD ? 1 : 0;
        } else {
          tally.wrong++;
          if (proposed.confidence() >= Mapping.THRESHOLD) {
            wrongAndSure.add(
                "seed "
                    + seed
                    + ": \""
                    + actual.name()
                    + "\" "
                    + actual.values().subList(0, 3)
                    + " is "
                    + actual.truth()
                    + ", proposed "
                    + proposed);
          }
        }
      }
    }
    tallies.forEach((style, t) ->
        System.out.printf(
            "%-10s right %5d, of them sure %5.1f %%; wrong %4d; missed %4d%n",
            style, t.right, 100.0 * t.rightAndSure / Math.max(1, t.right), t.wrong, t.missed));

    assertThat(wrongAndSure).isEmpty();
    assertThat(sure(tallies, Style.CLEAN)).isGreaterThan(0.9);
    assertThat(sure(tallies, Style.FOREIGN)).isGreaterThan(0.8);
  }

  /** Share of the columns with a field that were mapped right and surely. */
  private static double sure(Map<Style, Tally> tallies, Style style) {
    Tally tally = tallies.getOrDefault(style, new Tally());
    return (double) tally.rightAndSure / (tally.right + tally.wrong + tally.missed);
  }
}
