package io.godwit.port;

import java.io.Serializable;

/** Opens a {@link Target} on the TaskManager that writes to it. */
public interface TargetFactory<E> extends Serializable {
    Target<E> open();
}
