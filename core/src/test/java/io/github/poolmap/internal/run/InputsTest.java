package io.github.poolmap.internal.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class InputsTest {

  private static final List<Integer> TEN = IntStream.range(0, 10).boxed().toList();

  static Stream<Collection<Integer>> collections() {
    return Stream.of(
        List.of(),
        List.of(1),
        List.of(1, 2),
        List.of(1, 2, 3),
        Stream.of(1, null, 3).toList(),
        TEN,
        TEN.subList(2, 7),
        TEN.subList(2, 7).subList(1, 3),
        List.copyOf(new ArrayList<>(TEN)),
        ImmutableList.copyOf(TEN),
        ImmutableList.copyOf(TEN).subList(3, 6),
        ImmutableList.of(1),
        Collections.nCopies(5, 3),
        Arrays.asList(1, null, 2));
  }

  @ParameterizedTest
  @MethodSource("collections")
  void areWhatTheCollectionHas(Collection<Integer> collection) {
    assertThat(read(Inputs.snapshot(collection))).containsExactlyElementsOf(collection);
  }

  static Stream<UnaryOperator<List<Integer>>> changeable() {
    return Stream.of(
        list -> list,
        list -> list.subList(0, 3),
        Collections::unmodifiableList,
        Collections::synchronizedList,
        list -> Collections.unmodifiableList(list).subList(0, 3));
  }

  /** Many a list that its holder cannot change is a view of one that others can. */
  @ParameterizedTest
  @MethodSource("changeable")
  void laterChangesAreNotSeen(UnaryOperator<List<Integer>> view) {
    List<Integer> list = new ArrayList<>(List.of(1, 2, 3));
    Inputs inputs = Inputs.snapshot(view.apply(list));
    list.set(1, 7);
    assertThat(read(inputs)).containsExactly(1, 2, 3);

    List<Integer> copying = new CopyOnWriteArrayList<>(List.of(1, 2, 3));
    Inputs ofCopying = Inputs.snapshot(copying);
    copying.add(4);
    assertThat(read(ofCopying)).containsExactly(1, 2, 3);
  }

  private static List<Object> read(Inputs inputs) {
    return IntStream.range(0, inputs.size()).mapToObj(inputs::get).toList();
  }
}
