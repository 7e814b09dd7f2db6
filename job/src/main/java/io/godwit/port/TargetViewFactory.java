package io.godwit.port;

import java.io.Serializable;

/** Opens a {@link TargetView} on the TaskManager that compares. */
public interface TargetViewFactory<E> extends Serializable {
    TargetView<E> open();
}
