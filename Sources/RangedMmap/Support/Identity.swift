import Synchronization

/// Numbers for opened files, each used once in a process, by which ranges know their file.
enum Identity {
  private struct Entry: Sendable { weak let states: PageStates? }

  private static let counter = Atomic<UInt64>(0)
  private static let files = Monitor<[UInt64: Entry]>([:])

  static func next() -> UInt64 { counter.wrappingAdd(1, ordering: .relaxed).newValue }

  /// The states of an opened file, as long as they are in use.
  static func states(of file: UInt64) -> PageStates? { files.withLock { $0[file]?.states } }

  static func register(_ states: PageStates) {
    let entry = Entry(states: states)
    files.withLock { $0[states.file] = entry }
  }

  static func forget(_ file: UInt64) { files.withLock { $0[file] = nil } }
}
