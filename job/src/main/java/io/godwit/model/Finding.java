package io.godwit.model;

/**
 * One line of a plan: something that was looked at before a migration.
 *
 * @param what what was found, with values
 * @param remedy what to do about it; "" where nothing has to be done
 */
public record Finding(Weight weight, String what, String remedy) {

    /** What a finding means for the migration. */
    public enum Weight {
        /** As it should be. */
        GOOD,
        /** Worth knowing; it does not stop anything. */
        NOTE,
        /** Keeps the migration from starting. */
        PROBLEM,
        /** A store cannot be reached, so nothing can be said about it. */
        UNREACHABLE
    }

    public static Finding good(String what) {
        return new Finding(Weight.GOOD, what, "");
    }

    public static Finding note(String what) {
        return new Finding(Weight.NOTE, what, "");
    }

    public static Finding problem(String what, String remedy) {
        return new Finding(Weight.PROBLEM, what, remedy);
    }

    public static Finding unreachable(String what, String remedy) {
        return new Finding(Weight.UNREACHABLE, what, remedy);
    }

    /** It keeps the migration from starting. */
    public boolean stops() {
        return weight == Weight.PROBLEM || weight == Weight.UNREACHABLE;
    }
}
