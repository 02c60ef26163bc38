package io.github.poolmap.internal.run;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of each item of a call, in the order of the inputs. */
final class OutcomeSink extends Sink {

  private @Nullable Settled[] outcomes = new Settled[16];

  @Override
  OnFailure onFailure() {
    return OnFailure.GO_ON;
  }

  @Override
  boolean wantsTimes() {
    return true;
  }

  @Override
  void expect(int size) {
    outcomes = Arrays.copyOf(outcomes, size);
  }

  @Override
  void succeed(Chunk<?> chunk, int position) {
    put(chunk.settled(position));
  }

  @Override
  void fail(Settled failed) {
    put(failed);
  }

  @Override
  void leaveOpen(Settled unfinished) {
    put(unfinished);
  }

  private void put(Settled settled) {
    int index = Math.toIntExact(settled.index());
    if (index >= outcomes.length) {
      outcomes = Arrays.copyOf(outcomes, Math.max(index + 1, index + (index >> 1)));
    }
    if (outcomes[index] != null) {
      throw new IllegalStateException("item " + index + " has an outcome already");
    }
    outcomes[index] = settled;
  }

  /** Returns the outcomes; nothing of the run is under way any more. */
  List<@Nullable Settled> outcomes(int size) {
    return Arrays.asList(Arrays.copyOf(outcomes, size));
  }
}
