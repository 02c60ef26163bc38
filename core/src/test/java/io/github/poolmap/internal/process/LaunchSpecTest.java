package io.github.poolmap.internal.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.poolmap.WorkerOutput;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class LaunchSpecTest {

  private static final UnaryOperator<List<String>> NICE = command -> command;

  /** Two different values for each component. */
  private static final Object[][] VALUES = {
    {Path.of("a"), Path.of("b")},
    {List.of("-Xmx1g"), List.of("-Xmx2g")},
    {List.of("a.jar"), List.of("b.jar")},
    {Map.of("A", "1"), Map.of("A", "2")},
    {Path.of("c"), null},
    {Duration.ofSeconds(1), Duration.ofSeconds(2)},
    {NICE, null},
    {WorkerOutput.INHERIT, WorkerOutput.LOG}
  };

  /** One pool must not get the warm workers of another that differs in anything. */
  @Test
  void isEqualIfAllOfItIs() throws Exception {
    RecordComponent[] components = LaunchSpec.class.getRecordComponents();
    assertThat(VALUES.length).isEqualTo(components.length);
    LaunchSpec first = spec(-1);
    assertThat(first).isEqualTo(spec(-1)).hasSameHashCodeAs(spec(-1)).isNotEqualTo("first");
    for (int i = 0; i < components.length; i++) {
      assertThat(spec(i)).as(components[i].getName()).isNotEqualTo(first).isEqualTo(spec(i));
    }
  }

  private static LaunchSpec spec(int changed) throws ReflectiveOperationException {
    Object[] values = new Object[VALUES.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = VALUES[i][i == changed ? 1 : 0];
    }
    Constructor<?> canonical = LaunchSpec.class.getConstructors()[0];
    return (LaunchSpec) canonical.newInstance(values);
  }
}
