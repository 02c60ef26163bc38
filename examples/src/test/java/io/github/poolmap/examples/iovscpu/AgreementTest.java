package io.github.poolmap.examples.iovscpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.poolmap.PoolKind;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgreementTest {

  @Test
  void otherResultsThanTheFirstAreAnError() {
    Agreement agreement = new Agreement();
    agreement.accept(List.of(1.0, 2.0), expected -> "never");
    agreement.accept(List.of(1.0, 2.0), expected -> "never");
    List<Double> others = List.of(1.0, 2.5);
    Wording english = Wording.in(Language.EN);
    UnequalResultsException failure =
        assertThrows(
            UnequalResultsException.class,
            () ->
                agreement.accept(
                    others,
                    expected ->
                        english.unequalResults(
                            TaskKind.CPU, PoolKind.PROCESSES, expected, others)));
    assertEquals(
        "The results of cpu_costly differ: processes gave [1.0, 2.5], but serial gave [1.0, 2.0].",
        failure.getMessage());
    assertEquals(List.of(1.0, 2.0), agreement.results());
  }
}
