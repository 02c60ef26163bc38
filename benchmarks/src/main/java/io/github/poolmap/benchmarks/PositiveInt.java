package io.github.poolmap.benchmarks;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads whole numbers from 1 to 1000; picocli puts the option's name before its complaints. */
final class PositiveInt implements ITypeConverter<Integer> {

  private static final int MOST = 1_000;

  @Override
  public Integer convert(String text) {
    if (!text.matches("\\d{1,4}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > MOST) {
      throw new TypeConversionException("'" + text + "' is not a whole number from 1 to " + MOST);
    }
    return Integer.valueOf(text);
  }
}
