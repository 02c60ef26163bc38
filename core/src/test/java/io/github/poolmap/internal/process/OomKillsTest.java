package io.github.poolmap.internal.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OomKillsTest {

  @TempDir Path root;

  private OomKills during(String groups) throws IOException {
    return OomKills.during(Files.writeString(root.resolve("groups"), groups), root);
  }

  private Path write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    return Files.writeString(path, text);
  }

  private static String events(int kills) {
    return "low 0\nhigh 0\nmax 12\noom " + (kills + 1) + "\noom_kill " + kills + "\n";
  }

  /**
   * The last two: a container sees its own group as the root, under the path that the host uses.
   */
  @ParameterizedTest
  @CsvSource({
    "0::/a/b, a/b/memory.events",
    "'3:cpu:/x;4:memory:/a/b;0::/', memory/a/b/memory.oom_control",
    "'7:hugetlb,memory:/a;0::/a', memory/a/memory.oom_control",
    "0::/system.slice/docker-1.scope, memory.events",
    "4:memory:/docker/1, memory/memory.oom_control"
  })
  void theCountOfTheOwnGroupIsWatched(String groups, String file) throws IOException {
    Path count = write(file, events(2));
    OomKills kills = during(groups.replace(';', '\n') + "\n");
    assertThat(kills.haveMoved()).isFalse();
    Files.writeString(count, events(3));
    assertThat(kills.haveMoved()).isTrue();
    Files.delete(count);
    assertThat(kills.haveMoved()).as("the group is gone").isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0::/a\n", "garbage\n", "4:memory:/../../a\n", "0::\u0000\n"})
  void whereThereIsNoCountNothingIsNamed(String groups) throws IOException {
    assertThat(during(groups).haveMoved()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "oom_kill many\n", "oom_kill_disable 0\nunder_oom 0\n"})
  void aCountThatIsNoneIsNone(String text) throws IOException {
    Path count = write("memory.events", text);
    OomKills kills = during("0::/\n");
    Files.writeString(count, events(3));
    assertThat(kills.haveMoved()).isFalse();
  }

  @Test
  void aProcessThatIsNoMoreHasNone() {
    assertThat(OomKills.during(root.resolve("none"), root).haveMoved()).isFalse();
  }
}
