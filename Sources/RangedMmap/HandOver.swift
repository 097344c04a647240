/// A box that carries one noncopyable value into a task or a thread, and gives it out once.
///
/// A closure that escapes can't consume a noncopyable value that it captured. It can capture this box and take the
/// value from it. The first ``take()`` gets the value; every later one gets `nil`. Both ends may be in different
/// threads. The cost is one small object and an uncontended lock.
///
/// ```swift
/// let box = HandOver(range)
/// let task = Task {
///   guard let range = box.take() else { return }
///   let receipt = try file.write(bytes, to: range)
///   try file.flush(receipt)
/// }
/// ```
///
/// A box that is dropped with the value inside drops the value.
public final class HandOver<Value: ~Copyable & Sendable>: Sendable {
  private let value: Monitor<Value?>

  /// Puts a value into a new box.
  ///
  /// - Parameter value: Consumed.
  public init(_ value: consuming Value) { self.value = Monitor(value) }

  /// Takes the value out.
  ///
  /// - Returns: The value for the first caller, `nil` for whoever comes later.
  public func take() -> Value? { value.withLock { $0.take() } }
}
