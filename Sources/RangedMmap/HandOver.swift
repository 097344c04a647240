import Synchronization

/// A box that carries one noncopyable value into a task or a thread, and gives it out once.
///
/// A closure that escapes can't consume a noncopyable value that it captured. It can capture this box and take the
/// value from it. The first ``take()`` gets the value; every later one gets `nil`. Both ends may be in different
/// threads. The cost is one uncontended lock.
///
/// ```swift
/// let box = HandOver(range)
/// let task = Task {
///   guard let range = box.take() else { return }
///   _ = try file.write(bytes, to: range)
/// }
/// ```
public final class HandOver<Value: ~Copyable & Sendable>: Sendable {
  private let value: Mutex<Value?>

  /// Puts `value`, which is consumed, into a new box.
  public init(_ value: consuming Value) { self.value = Mutex(value) }

  /// Takes the value out: the first caller gets it, whoever comes later gets `nil`.
  public func take() -> Value? { value.withLock { $0.take() } }
}
