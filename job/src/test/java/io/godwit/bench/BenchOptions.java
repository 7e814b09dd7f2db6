package io.godwit.bench;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The options behind a bench's name. Each is taken once, by its name; what is left over was meant
 * for something else, and {@link #end} refuses it.
 */
final class BenchOptions {

    private final Deque<String> left;

    BenchOptions(List<String> arguments) {
        this.left = new ArrayDeque<>(arguments);
    }

    /** The number behind that name, or the other one when it is not given. */
    long number(String name, long otherwise) {
        Deque<String> others = new ArrayDeque<>();
        long number = otherwise;
        while (!left.isEmpty()) {
            String argument = left.remove();
            if (!argument.equals(name)) {
                others.add(argument);
            } else if (left.isEmpty()) {
                throw new IllegalArgumentException(name + " is the last word; give a number");
            } else {
                number = Long.parseLong(left.remove());
            }
        }
        left.addAll(others);
        return number;
    }

    int count(String name, int otherwise) {
        return Math.toIntExact(number(name, otherwise));
    }

    boolean flag(String name) {
        return left.remove(name);
    }

    void end() {
        if (!left.isEmpty()) {
            throw new IllegalArgumentException(
                    "Unknown options " + left + "; without a name, Bench lists what there is");
        }
    }
}
