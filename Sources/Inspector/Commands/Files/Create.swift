import RangedMmap
import SystemPackage

/// Makes a file and opens it for writing.
package struct CreateAction: Action {
  let path: String
  let size: Int
  let isSparse: Bool
  let isForced: Bool

  static let verb = Verb(
    "create", .path, .size, .flag("sparse"), .flag("force"),
    help: "make a file and open it for writing; force replaces one that exists", example: "create demo.bin 1m"
  ) { CreateAction(path: $0, size: $1, isSparse: $2, isForced: $3) }

  package var words: [String] {
    ["create", Word.quote(path), Literal.describe(size: size)] + (isSparse ? ["sparse"] : [])
      + (isForced ? ["force"] : [])
  }

  package var isOpening: Bool { true }
  package var newLabels: Int? { nil }

  package func perform(in session: Session) throws(CommandError) -> Event {
    try session.create(path, size: size, isSparse: isSparse, isForced: isForced)
  }

  package func recorded(by session: Session, isRacing: Bool) -> RecordedForm { .opening(path: path) }
}

extension Command {
  package static func create(path: String, size: Int, isSparse: Bool, isForced: Bool) -> Command {
    Command(CreateAction(path: path, size: size, isSparse: isSparse, isForced: isForced))
  }
}

extension Session {
  fileprivate func create(_ path: String, size: Int, isSparse: Bool, isForced: Bool) throws(CommandError) -> Event {
    try requireNoWorkers("create")
    try requireNotHeld(path)
    let place = try FilePath(typed: path)
    let work = { @Sendable () throws(CommandError) -> (MmapFile, ConcurrentAllocator?) in
      do throws(MmapFileError) {
        return try MmapFile.create(
          at: place, size: size, allocator: ConcurrentAllocator.self,
          storage: isSparse ? .sparse : .preallocated, replacing: isForced)
      } catch { throw CommandError(error, whileCreating: true) }
    }
    return try jobs.start(Job("create \(path)", pages: 0), in: self, work: work) { session, made throws(CommandError) in
      session.take(made.0, made.1)
      let pages = Alignment.pages(in: size)
      let storage = isSparse ? "sparse" : "preallocated"
      return .done("created \(path): \(counted(pages, "page")), \(storage)\(session.durabilityNote)")
    }
  }
}
