package io.github.poolmap.internal.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class ArgumentFileTest {

  /** Prints its arguments in a way that shows every character. */
  static final class Echo {

    private Echo() {}

    public static void main(String[] args) {
      for (String arg : args) {
        StringBuilder hex = new StringBuilder();
        arg.chars().forEach(c -> hex.append(Integer.toHexString(c)).append(' '));
        System.out.println(hex);
      }
    }
  }

  @Test
  void theLauncherReadsWhatWasWritten(@TempDir Path folder) throws Exception {
    List<String> awkward =
        List.of(
            "plain",
            "with space",
            "with \"quotes\" and 'others'",
            "back\\slash\\",
            "# no comment",
            "@no file",
            "tab\tand\nline\r\nends",
            "",
            "C:\\Program Files\\x.jar");
    Path file = folder.resolve("args");
    List<String> arguments = new ArrayList<>();
    arguments.add("-cp");
    arguments.add(System.getProperty("java.class.path"));
    arguments.add(Echo.class.getName());
    arguments.addAll(awkward);
    ArgumentFile.write(file, arguments);
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "@" + file)
            .redirectErrorStream(true)
            .start();
    String output;
    try (InputStream in = java.getInputStream()) {
      output = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    assertThat(java.waitFor()).as(output).isZero();
    StringBuilder expected = new StringBuilder();
    for (String argument : awkward) {
      argument.chars().forEach(c -> expected.append(Integer.toHexString(c)).append(' '));
      expected.append(System.lineSeparator());
    }
    assertThat(output).isEqualTo(expected.toString());
  }
}
