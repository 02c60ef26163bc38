package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down what it hears of the progress of calls. */
final class HeardProgress implements ProgressListener {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  record End(Progress last, Throwable failure) {}

  final List<String> events = new CopyOnWriteArrayList<>();
  final List<Progress> starts = new CopyOnWriteArrayList<>();
  final List<Progress> states = new CopyOnWriteArrayList<>();
  final List<End> ends = new CopyOnWriteArrayList<>();
  final Set<Thread> threads = ConcurrentHashMap.newKeySet();

  private void hear(String event, Progress state) {
    threads.add(Thread.currentThread());
    events.add(event + " " + state.call().number());
  }

  @Override
  public void started(Progress first) {
    hear("started", first);
    starts.add(first);
  }

  @Override
  public void progressed(Progress now) {
    hear("progressed", now);
    states.add(now);
  }

  @Override
  public void ended(Progress last, Throwable failure) {
    hear("ended", last);
    ends.add(new End(last, failure));
  }

  /** Waits until a state of the latest call says so. */
  void awaitDone(long done) {
    await()
        .atMost(PATIENCE)
        .until(() -> !states.isEmpty() && states.get(states.size() - 1).done() == done);
  }

  /** Waits for the end of so many calls, and returns that of the last one. */
  End awaitEnd(int calls) {
    await().atMost(PATIENCE).until(() -> ends.size() >= calls);
    End end = ends.get(calls - 1);
    assertThat(ends).hasSize(calls);
    assertThat(starts).hasSize(calls);
    List<Progress> ofCall =
        states.stream().filter(state -> state.call().equals(end.last().call())).toList();
    assertThat(ofCall.get(ofCall.size() - 1)).isEqualTo(end.last());
    assertThat(ofCall).isSortedAccordingTo((a, b) -> Long.compare(a.done(), b.done()));
    assertThat(ofCall).isSortedAccordingTo((a, b) -> a.elapsed().compareTo(b.elapsed()));
    return end;
  }
}
