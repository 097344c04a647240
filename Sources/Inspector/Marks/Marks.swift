import RangedMmap

/// The moments that were marked, by name.
struct Marks {
  private var marks: [(mark: FileMark, digests: ByteDigests)] = []

  // A mark takes up to a MiB for its digests, and no person keeps so many apart.
  static let most = 100

  var names: [String] { marks.map(\.mark.name) }

  subscript(name: String) -> (mark: FileMark, digests: ByteDigests)? { marks.first { $0.mark.name == name } }

  var all: [FileMark] { marks.map(\.mark) }

  /// Keeps a mark in the place of one of the same name, which is returned.
  mutating func keep(_ mark: FileMark, _ digests: ByteDigests) throws(CommandError) -> FileMark? {
    defer { forgetCopies() }
    if let index = marks.firstIndex(where: { $0.mark.name == mark.name }) {
      defer { marks[index] = (mark, digests) }
      return marks[index].mark
    }
    guard marks.count < Self.most else {
      throw CommandError(
        "mark \(mark.name): \(Self.most) marks are kept, and no more; take the name of one of them again, as in "
          + "`mark \(marks[0].mark.name)`")
    }
    marks.append((mark, digests))
    return nil
  }

  // 32 MiB at most.
  private static let mostWithCopies = 4

  private mutating func forgetCopies() {
    let byAge = marks.indices.sorted { marks[$0].mark.time > marks[$1].mark.time }
    for index in byAge.dropFirst(Self.mostWithCopies) { marks[index].digests.forgetCopies() }
  }
}
