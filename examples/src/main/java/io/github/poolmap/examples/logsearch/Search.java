package io.github.poolmap.examples.logsearch;

import io.github.poolmap.Mapper;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Searches a block line by line.
 *
 * @param pattern what a line has to have in it
 */
record Search(Pattern pattern) implements Mapper<Block, Findings> {

  @Override
  public Findings map(Block block) {
    String text = block.text();
    Matcher matcher = pattern.matcher(text);
    List<Findings.Match> matches = new ArrayList<>();
    long lines = 0;
    for (int start = 0; start < text.length(); ) {
      int end = text.indexOf('\n', start);
      if (matcher.region(start, end).find()) {
        matches.add(new Findings.Match(block.firstLine() + lines, text.substring(start, end)));
      }
      lines++;
      start = end + 1;
    }
    return new Findings(lines, text.length(), matches);
  }
}
