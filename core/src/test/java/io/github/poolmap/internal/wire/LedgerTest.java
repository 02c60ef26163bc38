package io.github.poolmap.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class LedgerTest {

  @TempDir Path folder;

  private Ledger parent;
  private Ledger worker;

  @BeforeEach
  void open() throws IOException {
    parent = Ledger.create(folder.resolve("ledger"));
    worker = Ledger.open(folder.resolve("ledger"));
  }

  @Test
  void aNewLedgerNamesNoItemAndNoChunk() {
    assertThat(parent.item()).isZero();
    assertThat(Ledger.isUnderWay(Ledger.stateOf(parent.item()))).isFalse();
    assertThat(parent.committedEnd(2)).isZero();
    assertThat(worker.isStopped(2)).isFalse();
    assertThatThrownBy(() -> Ledger.create(folder.resolve("ledger")))
        .isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void theWordHoldsTheLargestNumbers() {
    int chunk = Integer.MAX_VALUE;
    int position = (1 << 24) - 1;
    worker.setItem(chunk, position, Ledger.CONDEMNED);
    long word = parent.item();
    assertThat(Ledger.chunkOf(word)).isEqualTo(chunk);
    assertThat(Ledger.positionOf(word)).isEqualTo(position);
    assertThat(Ledger.stateOf(word)).isEqualTo(Ledger.CONDEMNED);
  }

  @Test
  void ofWorkerAndParentExactlyOneMovesTheItem() throws Exception {
    ExecutorService condemner = Executors.newSingleThreadExecutor();
    CyclicBarrier start = new CyclicBarrier(2);
    int condemnedCount = 0;
    int doneCount = 0;
    try {
      for (int i = 0; i < 5000; i++) {
        int position = i;
        worker.setItem(3, position, Ledger.RUNNING);
        Future<Boolean> condemned =
            condemner.submit(
                () -> {
                  start.await();
                  return parent.moveItem(3, position, Ledger.RUNNING, Ledger.CONDEMNED);
                });
        start.await();
        boolean done = worker.moveItem(3, position, Ledger.RUNNING, Ledger.ENCODING);
        assertThat(condemned.get()).isNotEqualTo(done);
        assertThat(Ledger.stateOf(parent.item()))
            .isEqualTo(done ? Ledger.ENCODING : Ledger.CONDEMNED);
        condemnedCount += done ? 0 : 1;
        doneCount += done ? 1 : 0;
      }
    } finally {
      condemner.shutdown();
    }
    assertThat(condemnedCount + doneCount).isEqualTo(5000);
  }

  @Test
  void aMoveNeedsTheSameItem() {
    worker.setItem(4, 1, Ledger.RUNNING);
    assertThat(parent.moveItem(4, 2, Ledger.RUNNING, Ledger.CONDEMNED)).isFalse();
    assertThat(parent.moveItem(5, 1, Ledger.RUNNING, Ledger.CONDEMNED)).isFalse();
    assertThat(parent.moveItem(4, 1, Ledger.DECODING, Ledger.CONDEMNED)).isFalse();
    assertThat(parent.moveItem(4, 1, Ledger.RUNNING, Ledger.CONDEMNED)).isTrue();
  }

  @Test
  void aStopIsForItsChunkOnly() {
    parent.stopChunk(2);
    assertThat(worker.isStopped(2)).isTrue();
    assertThat(worker.isStopped(3)).isFalse();
    assertThat(worker.isStopped(4)).isFalse();
    parent.stopChunk(3);
    assertThat(worker.isStopped(2)).isTrue();
    assertThat(worker.isStopped(3)).isTrue();
  }

  @Test
  void committedOutcomesOfTwoChunksDoNotMeet() throws ProtocolException {
    worker.openOutbox(2);
    worker.writeOutcome(2, 0, new byte[] {1, 2, 3}, 3);
    assertThat(parent.committedEnd(2)).as("not yet committed").isZero();
    worker.commit(2, 3);
    worker.openOutbox(3);
    worker.writeOutcome(3, 0, new byte[] {9}, 1);
    worker.commit(3, 1);
    assertThat(parent.committedEnd(2)).isEqualTo(3);
    assertThat(parent.committedEnd(4)).as("of an earlier chunk").isZero();
    assertThat(parent.outcomes(2, 1, 3)).isEqualTo(ByteBuffer.wrap(new byte[] {2, 3}));
    assertThat(parent.outcomes(3, 0, 1)).isEqualTo(ByteBuffer.wrap(new byte[] {9}));
  }

  @Test
  void nobodyReadsBeyondTheOutbox() {
    for (int[] range : new int[][] {{-1, 3}, {3, 2}, {0, Ledger.HALF_BYTES + 1}}) {
      assertThatExceptionOfType(ProtocolException.class)
          .isThrownBy(() -> parent.outcomes(2, range[0], range[1]));
    }
    worker.commit(2, Ledger.HALF_BYTES + 5);
    assertThat(parent.committedEnd(2)).isZero();
  }
}
