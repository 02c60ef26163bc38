package io.github.poolmap.benchmarks.peers;

import io.github.poolmap.Mapper;
import java.util.ArrayList;
import java.util.List;

/** A plain loop in the calling thread. */
public final class Loop {

  private Loop() {}

  /** Maps all items. */
  public static <T, R> List<R> map(Mapper<T, R> mapper, List<T> items) throws Exception {
    List<R> results = new ArrayList<>(items.size());
    for (T item : items) {
      results.add(mapper.map(item));
    }
    return results;
  }
}
