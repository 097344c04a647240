import Testing

@testable import RangedMmap

@Suite("The choice of how bytes come into pages")
struct WriteStrategyTests {
  /// What is known of a write, and what it comes to for 4 KiB, 16 KiB, 64 KiB and 1 MiB.
  struct Row: Sendable, CustomTestStringConvertible {
    let state: MappingState
    var file = WriteStrategy.FileTraits()
    var writesBackLittle = false
    var hasSeveralWriters = false
    var isInOrder = false
    let expected: [WriteStrategy]

    var testDescription: String { "\(state), \(file), \(writesBackLittle), \(hasSeveralWriters), \(isInOrder)" }
  }

  static let sizes = [4 << 10, 16 << 10, 64 << 10, 1 << 20]
  private static let memory = WriteStrategy.FileTraits(isInMemory: true)
  private static let sparseMemory = WriteStrategy.FileTraits(isInMemory: true, mayHaveHoles: true)
  private static let limited = WriteStrategy.FileTraits(mayCallWrite: false)

  static let rows = [
    Row(state: .mapped, expected: [.copy, .copy, .copy, .copy]),
    Row(state: .mapped, file: memory, expected: [.copy, .copy, .copy, .copy]),
    Row(state: .cached, expected: [.copy, .copy, .populate, .populate]),
    Row(state: .clean, expected: [.copy, .copy, .throughCache, .throughCache]),
    Row(
      state: .clean, writesBackLittle: true,
      expected: [.throughCache, .throughCache, .throughCache, .throughCache]),
    Row(state: .untouched, expected: [.copy, .copy, .throughCache, .throughCache]),
    Row(state: .untouched, isInOrder: true, expected: [.copy, .copy, .throughCache, .throughCache]),
    Row(state: .untouched, hasSeveralWriters: true, expected: [.copy, .copy, .throughCache, .throughCache]),
    Row(
      state: .untouched, hasSeveralWriters: true, isInOrder: true, expected: [.copy, .copy, .copy, .throughCache]),
    Row(
      state: .untouched, file: memory, hasSeveralWriters: true,
      expected: [.throughCache, .throughCache, .throughCache, .throughCache]),
    Row(
      state: .untouched, file: sparseMemory,
      expected: [.throughCache, .throughCache, .throughCache, .throughCache]),
    Row(
      state: .untouched, file: sparseMemory, hasSeveralWriters: true,
      expected: [.copy, .throughCache, .populate, .populate]),
    Row(state: .untouched, file: limited, expected: [.copy, .copy, .populate, .populate]),
    Row(state: .clean, file: limited, writesBackLittle: true, expected: [.copy, .copy, .populate, .populate]),
  ]

  @Test("It follows from size, state, storage, file system and writers alone", arguments: rows)
  func table(row: Row) {
    let chosen = Self.sizes.map { size in
      WriteStrategy.choose(
        size, row.state, row.file, writesBackLittle: row.writesBackLittle,
        hasSeveralWriters: row.hasSeveralWriters, isInOrder: row.isInOrder)
    }
    #expect(chosen == row.expected)
  }

  @Test("Other writers are looked for only where that decides")
  func asksLate() {
    func asked(_ size: Int, _ state: MappingState, _ file: WriteStrategy.FileTraits = .init()) -> [String] {
      var asked: [String] = []
      func ask(_ name: String) -> Bool {
        asked.append(name)
        return true
      }
      _ = WriteStrategy.choose(
        size, state, file, writesBackLittle: false, hasSeveralWriters: ask("writers"), isInOrder: ask("order"))
      return asked
    }
    #expect(asked(4096, .mapped).isEmpty && asked(4096, .untouched).isEmpty && asked(1 << 20, .untouched).isEmpty)
    #expect(asked(64 << 10, .untouched) == ["writers", "order"])
    #expect(asked(64 << 10, .untouched, Self.memory).isEmpty)
    #expect(asked(64 << 10, .untouched, Self.sparseMemory) == ["writers"])
  }
}
