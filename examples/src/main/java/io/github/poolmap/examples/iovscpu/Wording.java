package io.github.poolmap.examples.iovscpu;

import io.github.poolmap.PoolKind;
import io.github.poolmap.examples.Machine;
import java.nio.file.Path;
import java.util.List;

/** All that the demonstration says, in one language. */
interface Wording {

  static Wording in(Language language) {
    return switch (language) {
      case EN -> new EnglishWording();
      case ZH -> new ChineseWording();
    };
  }

  /** The name of a kind of pool. */
  String kind(PoolKind kind);

  String machine(Machine machine);

  /** How much work is about to be done. */
  String plan(Sizes sizes);

  /** That the waiting tasks meet pools that have not started a worker. */
  String coldStart();

  /** That and how the workers are warmed up before they compute. */
  String warmUp(int tasks, int n);

  /** That all kinds of pools gave the same sums. */
  String equalResults(double sum);

  /** That they did not. */
  String unequalResults(TaskKind task, PoolKind kind, List<Double> expected, List<Double> actual);

  /** The upper left cell of the table. */
  String tableCorner();

  /** What the figures show. */
  List<String> conclusions(Figures figures, Sizes sizes, Machine machine);

  /** Where the charts and the report are. */
  String files(Path folder);
}
