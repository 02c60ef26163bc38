package io.github.poolmap.benchmarks.workloads;

import io.github.poolmap.Mapper;
import io.github.poolmap.Pool;
import io.github.poolmap.Pools;
import io.github.poolmap.benchmarks.measure.Contender;
import io.github.poolmap.benchmarks.measure.Goal;
import io.github.poolmap.benchmarks.measure.Lineup;
import io.github.poolmap.benchmarks.measure.Settings;
import io.github.poolmap.benchmarks.measure.Unit;
import io.github.poolmap.benchmarks.measure.Workload;
import io.github.poolmap.benchmarks.peers.JavaSerialization;
import io.github.poolmap.benchmarks.peers.PythonScript;
import io.github.poolmap.benchmarks.peers.PythonScript.Needs;
import io.github.poolmap.benchmarks.workloads.Tasks.Order;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Many records to two warm processes and back. */
public final class Records implements Workload {

  private static final String OURS = "map on processes(2)";
  private static final String JAVA = "Java serialization in one JVM, there and back";
  private static final String POOL = "Python Pool.map (fork)";
  private static final int WORKERS = 2;

  @Override
  public String name() {
    return "map-records";
  }

  @Override
  public String title() {
    return "records of int, String, double, List<String> in automatic chunks, 2 processes";
  }

  @Override
  public List<Stage> stages(Settings settings) {
    return List.of(Records::open);
  }

  private static void open(Lineup lineup) throws Exception {
    int count = lineup.settings().size(200_000, 100_000);
    List<Order> orders =
        IntStream.range(0, count)
            .mapToObj(i -> new Order(i, "customer " + i, i / 2.0, List.of("new", "paid")))
            .toList();
    Pool<Order, Order> pool = lineup.closing(Pools.create()).processes(WORKERS);
    Mapper<Order, Order> same = Tasks::same;
    lineup.add(Contender.timed(OURS, count, () -> pool.map(same, orders), orders::equals));
    lineup.add(
        Contender.timed(JAVA, count, () -> JavaSerialization.thereAndBack(orders), orders::equals));
    PythonScript.in(lineup)
        .add(POOL, Needs.NOTHING, "records", "fork", WORKERS, Map.of("items", count));
    lineup
        .line("figure", OURS, null, Unit.TIME, Goal.atMost(1.2e-6))
        .line("Java serialization", OURS, JAVA, Unit.TIME, null)
        .line("Python Pool", OURS, POOL, Unit.TIME, null);
  }
}
