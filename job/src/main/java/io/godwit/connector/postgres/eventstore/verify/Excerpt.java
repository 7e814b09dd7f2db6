package io.godwit.connector.postgres.eventstore.verify;

/** Two long values shortened to where they begin to differ. */
final class Excerpt {

    private static final int LENGTH = 80;
    private static final int BEFORE = 20;
    private static final String LEFT_OUT = "…";

    private Excerpt() {}

    static Difference.Column of(String column, String source, String target) {
        int from = source == null || target == null ? 0 : firstDifference(source, target) - BEFORE;
        return new Difference.Column(column, shortened(source, from), shortened(target, from));
    }

    private static int firstDifference(String one, String two) {
        int shorter = Math.min(one.length(), two.length());
        int same = 0;
        while (same < shorter && one.charAt(same) == two.charAt(same)) {
            same++;
        }
        return same;
    }

    private static String shortened(String value, int from) {
        if (value == null || value.length() <= LENGTH) {
            return value;
        }
        int begin = whole(value, Math.max(0, from));
        int end = whole(value, Math.min(value.length(), begin + LENGTH));
        return (begin > 0 ? LEFT_OUT : "")
                + value.substring(begin, end)
                + (end < value.length() ? LEFT_OUT : "");
    }

    /** Not between the two halves of a character. */
    private static int whole(String value, int index) {
        boolean between =
                index > 0
                        && index < value.length()
                        && Character.isLowSurrogate(value.charAt(index))
                        && Character.isHighSurrogate(value.charAt(index - 1));
        return between ? index - 1 : index;
    }
}
