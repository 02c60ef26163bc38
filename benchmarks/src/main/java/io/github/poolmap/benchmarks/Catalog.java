package io.github.poolmap.benchmarks;

import io.github.poolmap.benchmarks.measure.Workload;
import io.github.poolmap.benchmarks.workloads.ApplyRoundTrip;
import io.github.poolmap.benchmarks.workloads.ChunkSizes;
import io.github.poolmap.benchmarks.workloads.Demonstration;
import io.github.poolmap.benchmarks.workloads.GreedyMakespan;
import io.github.poolmap.benchmarks.workloads.LargeArrays;
import io.github.poolmap.benchmarks.workloads.LongImap;
import io.github.poolmap.benchmarks.workloads.ManySleeps;
import io.github.poolmap.benchmarks.workloads.Records;
import io.github.poolmap.benchmarks.workloads.Scaling;
import io.github.poolmap.benchmarks.workloads.SharedValue;
import io.github.poolmap.benchmarks.workloads.SpawnedStart;
import io.github.poolmap.benchmarks.workloads.TrivialMap;
import io.github.poolmap.benchmarks.workloads.TrivialOnThreads;
import io.github.poolmap.benchmarks.workloads.UnevenItems;
import io.github.poolmap.benchmarks.workloads.WarmStart;
import io.github.poolmap.benchmarks.workloads.WorkerCounts;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All workloads there are. */
final class Catalog {

  /** Those that are measured when the command line names none: the comparison with the peers. */
  static final List<Workload> COMPARISON =
      List.of(
          new ApplyRoundTrip(),
          TrivialMap.inChunksOfOne(),
          TrivialMap.inAutomaticChunks(),
          new Records(),
          new LargeArrays(),
          new SharedValue(),
          new SpawnedStart(),
          new WarmStart(),
          new TrivialOnThreads(),
          new UnevenItems(),
          new ManySleeps(),
          new Demonstration(),
          new LongImap());

  /** Those that must be named. */
  static final List<Workload> FURTHER =
      List.of(new Scaling(), new WorkerCounts(), new ChunkSizes(), new GreedyMakespan());

  private Catalog() {}

  /** Finds one by its name. */
  static @Nullable Workload find(String name) {
    return Stream.of(COMPARISON, FURTHER)
        .flatMap(List::stream)
        .filter(workload -> workload.name().equals(name))
        .findFirst()
        .orElse(null);
  }

  /** Gives the names of some. */
  static String names(List<Workload> workloads) {
    return String.join(", ", workloads.stream().map(Workload::name).toList());
  }
}
