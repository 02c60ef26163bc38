package io.github.poolmap.internal.run;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Inputs that have been read and do not change any more: an array of their own, or the list that
 * they came in if nobody can change that. A copy of a long list takes as long as many of its items
 * do, and nothing else of the call can happen meanwhile.
 */
final class Inputs {

  /**
   * What {@code List.of}, {@code List.copyOf} and {@code Stream.toList} make, and parts of that.
   * Each is backed by an array, and reading it runs no code of the user's. There are more, but of
   * an unmodifiable view nobody knows who else has what it shows.
   */
  private static final Set<Class<?>> IMMUTABLE =
      Set.of(List.of(1, 2, 3).getClass(), List.of(1, 2, 3).subList(0, 2).getClass());

  // The list counts only where there is no array: that stays as fast as an array is.
  private final @Nullable Object @Nullable [] array;
  private final List<? extends @Nullable Object> list;
  private final int size;

  private Inputs(
      @Nullable Object @Nullable [] array, List<? extends @Nullable Object> list, int size) {
    this.array = array;
    this.list = list;
    this.size = size;
  }

  /** Takes an array that nobody writes to any more. */
  static Inputs of(@Nullable Object[] array) {
    return new Inputs(array, List.of(), array.length);
  }

  /** Takes what is in a collection now. Runs user code, unless the collection is one of the JDK. */
  static Inputs snapshot(Collection<?> collection) {
    return collection instanceof List<?> list && IMMUTABLE.contains(list.getClass())
        ? new Inputs(null, list, list.size())
        : of(collection.toArray());
  }

  int size() {
    return size;
  }

  @Nullable Object get(int index) {
    return array != null ? array[index] : list.get(index);
  }
}
