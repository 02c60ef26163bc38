package io.github.poolmap.examples;

import java.math.BigInteger;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads whole numbers within a range; picocli puts the option's name before its complaints. */
public abstract class IntRange implements ITypeConverter<Integer> {

  private final int least;
  private final int most;

  /**
   * Makes a converter.
   *
   * @param least the smallest number allowed
   * @param most the largest number allowed
   */
  protected IntRange(int least, int most) {
    this.least = least;
    this.most = most;
  }

  @Override
  public Integer convert(String text) {
    if (!text.matches("[-+]?\\d+")) {
      throw new TypeConversionException("'" + text + "' is not a whole number: " + allowed());
    }
    BigInteger number = new BigInteger(text);
    if (number.compareTo(BigInteger.valueOf(least)) < 0
        || number.compareTo(BigInteger.valueOf(most)) > 0) {
      throw new TypeConversionException(text + " is out of range: " + allowed());
    }
    return number.intValueExact();
  }

  private String allowed() {
    return "allowed are " + least + " to " + most;
  }

  /** How many workers a pool may have. */
  public static final class Workers extends IntRange {

    Workers() {
      super(1, 1024);
    }
  }
}
