package io.github.poolmap.benchmarks.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.poolmap.benchmarks.measure.PeerFailedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The protocol, with shell scripts for peers. */
@Timeout(60)
class PythonPeerTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  private static PythonPeer peer(String script, Duration limit) throws Exception {
    return new PythonPeer("fake", List.of("sh", "-c", script), Map.of("FIGURE", "0.25"), limit);
  }

  @Test
  void itAnswersAsOftenAsItIsAsked() throws Exception {
    String script = "echo ready; while read c; do echo \"ok $FIGURE\"; done";
    try (PythonPeer peer = peer(script, LONG)) {
      assertEquals(Map.of("fake", 0.25), peer.measure());
      assertEquals(Map.of("fake", 0.25), peer.measure());
    }
  }

  @Test
  void itsErrorsArePassedOn() throws Exception {
    try (PythonPeer peer = peer("echo error ImportError: no numpy", LONG)) {
      PeerFailedException e = assertThrows(PeerFailedException.class, peer::measure);
      assertEquals("fake: error ImportError: no numpy", e.getMessage());
    }
  }

  @Test
  void itsEndIsNoticed() throws Exception {
    try (PythonPeer peer = peer("echo ready; read c", LONG)) {
      PeerFailedException e = assertThrows(PeerFailedException.class, peer::measure);
      assertEquals("fake has ended", e.getMessage());
    }
  }

  @Test
  void whatIsNoNumberIsRefused() throws Exception {
    try (PythonPeer peer = peer("echo ready; read c; echo ok soon; read c", LONG)) {
      assertThrows(PeerFailedException.class, peer::measure);
    }
  }

  @Test
  void oneThatHangsIsGivenUp() throws Exception {
    try (PythonPeer peer = peer("exec sleep 600", Duration.ofMillis(50))) {
      PeerFailedException e = assertThrows(PeerFailedException.class, peer::measure);
      assertTrue(e.getMessage().startsWith("fake took more than "), e.getMessage());
    }
  }

  @Test
  void itsChildrenEndWithIt() throws Exception {
    PythonPeer peer = peer("echo ready; sleep 600 & echo ok $!; wait", LONG);
    long child = peer.measure().get("fake").longValue();
    ProcessHandle handle = ProcessHandle.of(child).orElseThrow();
    peer.close();
    handle.onExit().get();
    assertFalse(handle.isAlive());
  }

  /** As loky has a process that deletes what the others have left. */
  @Test
  void itsChildrenMayDoSomethingWhenItHasEnded(@TempDir Path folder) throws Exception {
    Path done = folder.resolve("done");
    String child = "while kill -0 $0 2> /dev/null; do sleep 0.02; done; touch \"$1\"";
    String script = "echo ready; sh -c '" + child + "' $$ " + done + " & echo ok 1; wait";
    try (PythonPeer peer = peer(script, LONG)) {
      peer.measure();
    }
    assertTrue(Files.exists(done));
  }
}
