import Synchronization

/// Numbers for opened files, each used once in a process, by which ranges know their file.
enum Identity {
  private static let counter = Atomic<UInt64>(0)

  static func next() -> UInt64 { counter.wrappingAdd(1, ordering: .relaxed).newValue }
}
