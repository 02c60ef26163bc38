package io.github.poolmap.internal.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalInt;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** What holds for chunk sizes whatever the workers report. */
class ChunkSizerPropertiesTest {

  private static final int LARGEST = 1 << 20;
  private static final long DAY_NANOS = 86_400_000_000_000L;

  record Settings(OptionalInt fixed, OptionalInt inFlight, int lanes) {

    ChunkSizer sizer() {
      return new ChunkSizer(fixed, inFlight, () -> lanes, () -> lanes);
    }
  }

  record Report(int items, long workerNanos, long handoverNanos) {}

  @Property
  void aChunkHasAtLeastOneItemAndNoMoreThanThereAre(
      @ForAll("settings") Settings settings,
      @ForAll("reports") List<Report> reports,
      @ForAll @IntRange(min = 0) int fitting,
      @ForAll boolean certain,
      @ForAll @IntRange(min = 1) int available) {
    ChunkSizer sizer = settings.sizer();
    assertThat(sizer.next(available)).isBetween(1, available);
    for (Report report : reports) {
      sizer.report(report.items(), report.workerNanos(), report.handoverNanos());
      sizer.outcomesFit(fitting, certain);
      assertThat(sizer.next(available)).isBetween(1, available);
    }
  }

  @Property
  void aCallThatIsWorkedOffMakesNoMoreChunksThanForetold(
      @ForAll("settingsWithoutBound") Settings settings,
      @ForAll("nanos") long itemNanos,
      @ForAll("nanos") long handoverNanos,
      @ForAll @IntRange(max = 10_000) int items) {
    ChunkSizer sizer = settings.sizer();
    int chunks = 0;
    for (int left = items; left > 0; chunks++) {
      int size = sizer.next(left);
      sizer.report(size, size * itemNanos, handoverNanos);
      left -= size;
    }
    assertThat(chunks).isLessThanOrEqualTo(sizer.chunks(items));
  }

  @Provide
  Arbitrary<Settings> settings() {
    return Combinators.combine(sizeOrNone(), sizeOrNone(), lanes()).as(Settings::new);
  }

  @Provide
  Arbitrary<Settings> settingsWithoutBound() {
    return Combinators.combine(sizeOrNone(), lanes())
        .as((fixed, lanes) -> new Settings(fixed, OptionalInt.empty(), lanes));
  }

  private static Arbitrary<Integer> lanes() {
    return Arbitraries.integers().between(1, 10_000);
  }

  private static Arbitrary<OptionalInt> sizeOrNone() {
    return Arbitraries.oneOf(
        Arbitraries.just(OptionalInt.empty()),
        Arbitraries.integers().between(1, LARGEST).map(OptionalInt::of));
  }

  @Provide
  Arbitrary<List<Report>> reports() {
    Arbitrary<Long> nanosOrUnknown = Arbitraries.oneOf(nanos(), Arbitraries.just(Chunk.UNKNOWN));
    return Combinators.combine(
            Arbitraries.integers().between(0, LARGEST), nanosOrUnknown, nanosOrUnknown)
        .as(Report::new)
        .list()
        .ofMaxSize(20)
        .edgeCases(few -> few.filter(List::isEmpty));
  }

  /** With few edge cases, so that all combinations of them fit into the tries of a property. */
  @Provide
  Arbitrary<Long> nanos() {
    return Arbitraries.longs()
        .between(0, DAY_NANOS)
        .edgeCases(few -> few.includeOnly(0L, DAY_NANOS));
  }
}
