package io.github.poolmap.benchmarks.peers;

import io.github.poolmap.benchmarks.measure.Contender;
import io.github.poolmap.benchmarks.measure.PeerFailedException;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A peer in a process of its own that measures itself. Its first line is {@code ready}; a line
 * {@code measure} to it is answered by {@code ok} and seconds, or by {@code error} and a reason.
 * Its time is limited.
 */
final class PythonPeer implements Contender {

  private static final String END = "";

  private final String name;
  private final Duration limit;
  private final Process process;
  private final Children.Child child;
  private final BufferedWriter commands;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private boolean isReady;

  /** Starts it; what its error stream says goes to this program's. */
  PythonPeer(String name, List<String> command, Map<String, String> environment, Duration limit)
      throws IOException {
    this.name = name;
    this.limit = limit;
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment);
    process = builder.start();
    child = Children.watch(process);
    commands = process.outputWriter(StandardCharsets.UTF_8);
    Thread reader = new Thread(this::readAnswers, "answers of " + name);
    reader.setDaemon(true);
    reader.start();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Map<String, Double> measure() throws Exception {
    if (!isReady) {
      expect("ready");
      isReady = true;
    }
    try {
      commands.write("measure\n");
      commands.flush();
    } catch (IOException e) {
      throw new PeerFailedException(name + " has ended: " + e.getMessage());
    }
    String seconds = expect("ok ");
    try {
      return Map.of(name, Double.valueOf(seconds));
    } catch (NumberFormatException e) {
      throw new PeerFailedException(name + " answered " + seconds + " instead of seconds");
    }
  }

  /** Waits for an answer that begins like this, and gives the rest of it. */
  private String expect(String beginning) throws InterruptedException, PeerFailedException {
    @Nullable String answer = answers.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
    if (answer == null) {
      throw new PeerFailedException(name + " took more than " + limit.toSeconds() + " s");
    }
    if (answer.equals(END)) {
      throw new PeerFailedException(name + " has ended");
    }
    if (!answer.startsWith(beginning)) {
      throw new PeerFailedException(name + ": " + answer);
    }
    return answer.substring(beginning.length());
  }

  private void readAnswers() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      lines.lines().filter(line -> !line.isEmpty()).forEach(answers::add);
    } catch (IOException e) {
      answers.add("error " + e.getMessage());
    } finally {
      answers.add(END);
    }
  }

  @Override
  public void close() {
    child.close();
  }
}
