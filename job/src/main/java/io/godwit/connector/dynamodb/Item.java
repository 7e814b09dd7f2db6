package io.godwit.connector.dynamodb;

import io.godwit.model.MigrationException;
import java.math.BigInteger;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * An item seen through chainstorage's encodings: an absent attribute, NULL and "" are the same (the
 * first SDK wrote empty strings as NULL, the second writes them as ""). Anything that is of the
 * wrong type or out of range is an error that names the item.
 */
record Item(String kind, Object id, String table, Map<String, AttributeValue> attributes) {

    private static final BigInteger MAX_LONG = BigInteger.valueOf(Long.MAX_VALUE);

    /** Every number of so many digits fits into a long. */
    private static final int SURELY_LONG = 18;

    private static final int MOST_DIGITS = 38;

    /** What to call it in an error. */
    String key() {
        return kind + " " + id + " in table " + table;
    }

    String text(String name) {
        AttributeValue value = attributes.get(name);
        if (isNothing(value)) {
            return "";
        }
        if (value.s() == null) {
            throw notUnderstood(name, "is not a string: " + value);
        }
        return value.s();
    }

    boolean flag(String name) {
        AttributeValue value = attributes.get(name);
        if (isNothing(value)) {
            return false;
        }
        if (value.bool() == null) {
            throw notUnderstood(name, "is not a boolean: " + value);
        }
        return value.bool();
    }

    /** A number from 0 to 2^63-1, what PostgreSQL's BIGINT can hold. */
    long number(String name) {
        String digits = wholeNumber(name);
        if (digits.length() > SURELY_LONG && new BigInteger(digits).compareTo(MAX_LONG) > 0) {
            throw notUnderstood(
                    name, "is " + digits + ", more than 2^63-1, which BIGINT cannot hold");
        }
        return Long.parseLong(digits);
    }

    /** A number from 0 to 2^31-1, what PostgreSQL's INT can hold. */
    int tag(String name) {
        long value = number(name);
        if (value > Integer.MAX_VALUE) {
            throw notUnderstood(name, "is " + value + ", more than 2^31-1, which INT cannot hold");
        }
        return (int) value;
    }

    /** The digits of a number of 0 or more, however large. */
    String wholeNumber(String name) {
        AttributeValue value = attributes.get(name);
        if (isNothing(value)) {
            return "0";
        }
        if (value.n() == null || !isWhole(value.n())) {
            throw notUnderstood(name, "is not a whole number of 0 or more: " + value);
        }
        return value.n();
    }

    private static boolean isWhole(String number) {
        for (int i = 0; i < number.length(); i++) {
            if (number.charAt(i) < '0' || number.charAt(i) > '9') {
                return false;
            }
        }
        return !number.isEmpty() && number.length() <= MOST_DIGITS;
    }

    private static boolean isNothing(AttributeValue value) {
        return value == null
                || Boolean.TRUE.equals(value.nul())
                || (value.s() != null && value.s().isEmpty());
    }

    MigrationException notUnderstood(String attribute, String what) {
        return MigrationException.fatal(
                key(), "Attribute '" + attribute + "' of " + key() + " " + what);
    }
}
