package io.github.poolmap.internal.run;

import java.util.LinkedHashMap;
import java.util.Map;

/** What is known of functions, by their classes; of the hundred that were asked for last. */
final class LatestFunctions<V> extends LinkedHashMap<String, V> {

  private static final long serialVersionUID = 1L;

  private static final int MOST = 100;

  LatestFunctions() {
    super(16, 0.75f, true);
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
    return size() > MOST;
  }
}
