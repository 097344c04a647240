import RangedMmap
import SystemPackage

struct CreateAction: Action {
  let path: String
  let size: Int
  let isSparse: Bool
  let isForced: Bool

  static let verb = Verb(
    "create", .path, .size, .flag("sparse"), .flag("force"),
    help: "make a file and open it for writing; force replaces one that exists", example: "create demo.bin 1m"
  ) { CreateAction(path: $0, size: $1, isSparse: $2, isForced: $3) }

  var words: [String?] {
    ["create", Word.quote(path), Literal.describe(size: size), isSparse ? "sparse" : nil, isForced ? "force" : nil]
  }

  var isOpening: Bool { true }
  var newLabels: Int? { nil }

  func perform(in session: Session) throws(CommandError) -> Event {
    try session.requireNoWorkers("create")
    try session.requireNotHeld(path)
    let place = try FilePath(typed: path)
    let work = { @Sendable () throws(CommandError) -> (MmapFile, ConcurrentAllocator?) in
      do throws(MmapFileError) {
        return try MmapFile.create(
          at: place, size: size, allocator: ConcurrentAllocator.self,
          storage: isSparse ? .sparse : .preallocated, replacing: isForced)
      } catch { throw CommandError(error, whileCreating: true) }
    }
    return try session.jobs.start(Job("create \(path)", pages: 0, isStoppable: false), in: session, work: work) {
      session, made in
      session.take(made.0, made.1)
      let pages = counted(Alignment.pages(in: size), "page")
      return .done("created \(path): \(pages), \(isSparse ? "sparse" : "preallocated")\(session.durabilityNote)")
    }
  }

  func recorded(by session: Session, isRacing: Bool) -> RecordedForm { .opening(path: path) }
}

extension Command {
  package static func create(path: String, size: Int, isSparse: Bool, isForced: Bool) -> Command {
    Command(CreateAction(path: path, size: size, isSparse: isSparse, isForced: isForced))
  }
}
