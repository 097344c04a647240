import PageCache
import RangedMmap

// What other processes do to the open file.

extension Event { fileprivate static func failure(_ line: String) -> Event { Event(.failure, [line]) } }

extension Session {
  /// Reports, once, what other processes did to the file; one that is open for reading only is followed as it grows and
  /// shrinks.
  func followFile() {
    let wasEmpty = document.standing?.size == 0
    document.updateStanding()
    if document.followsName { followName() }
    guard let file else { return }
    let isFollowed = !file.isWritable && document.standing != nil
    // A watch reports the name itself, and the size where it is followed.
    let isWatched = [isWatching, isWatching && isFollowed]
    let news = [nameComplaint(file), isFollowed ? follow(file, wasEmpty: wasEmpty) : sizeComplaint(file)]
    for event in document.news(news, butFor: isWatched) { report(event) }
  }

  /// Marks events that a watch printed as reported; what came after its last sample is still to be reported.
  func takeAsReported(by watch: PageWatch) {
    guard let file, let seen = watch.seen, let now = sampledFile?.standing else { return }
    guard seen.file.identity == sampledFile?.identity else {
      report(turn(file))
      return
    }
    document.updateStanding()
    if seen.standing?.name == now.name { document.takeAsReported(name: nameComplaint(file)) }
    if !file.isWritable, seen.standing?.size == 0, now.size == 0 { document.takeAsReported(size: emptiness(file)) }
  }

  /// Marks the size that the open file has now as reported: it was given to it here.
  func takeSizeAsReported() {
    guard let file else { return }
    document.updateStanding()
    document.takeAsReported(size: sizeComplaint(file))
  }

  private func report(_ event: Event) {
    var event = event
    event.isOfOthers = true
    note(event)
  }

  private func nameComplaint(_ file: MmapFile) -> Event? {
    let path = file.path
    switch document.standing?.name {
    case nil, .kept: return nil
    // The check of the pages below reports it of a file that is written.
    case .deleted where file.isWritable && !file.mayLackName, .superseded where file.isWritable: return nil
    case .deleted where !file.hadName:
      return .news("\(path): has no name and had none when it was opened: a memfd, or a file that was deleted before")
    case .deleted:
      return .failure("\(path): the file was deleted; its pages stay until the last program that has it open closes it")
    case .superseded:
      return .failure(
        "\(path): another file has taken its name, and the one that you look at has none; "
          + "`open \(Word.quote(path.string))` shows the new one")
    case .moved(let new):
      let now = new.map { "is \(name($0)) now" } ?? "has another name now"
      return .news("\(path): was renamed; the file \(now), and is what you still look at")
    case .replaced(let new):
      let now = new.map { ", and the file that you look at is \(name($0))" } ?? ""
      return .failure(
        "\(path): its name leads to another file now\(now); `open \(Word.quote(path.string))` shows that one")
    }
  }

  /// How long until the name of the file is looked up again; `nil` if events show when to do it.
  ///
  /// A name that is made causes no event: once a second, as tail(1) with `-F` does.
  package var namePause: Duration? {
    guard document.followsName, file?.isWritable == false, let standing = document.standing, standing.name != .kept
    else { return nil }
    return .seconds(1)
  }

  // Turns to the other file that has the name, as soon as it has bytes.
  private func followName() {
    guard let file, !file.isWritable, job == nil || isWatching else { return }
    switch document.standing?.name {
    case .replaced, .superseded: break
    case nil, .kept, .deleted, .moved: return
    }
    guard let new = try? MmapFile.openQuietly(at: file.path) else { return }
    take(new, nil)
    document.watching.forgetChanges()
    if let sampledFile { document.watching.watch?.turn(to: sampledFile) }
    document.forgetNews()
    if !isWatching { report(turn(file)) }
  }

  private func turn(_ file: MmapFile) -> Event {
    .news("\(file.path): another file has taken the name, and is what you look at now")
  }

  // A name in the same folder needs no folder.
  private func name(_ path: FilePath) -> String {
    let isNear = path.removingLastComponent() == sampledFile?.path.removingLastComponent()
    return (isNear ? path.lastComponent?.string : nil) ?? path.string
  }

  private func sizeComplaint(_ file: MmapFile) -> Event? {
    do throws(MmapFileError) { try file.checkCoverage() } catch { return .failure(CommandError(error).description) }
    guard let size = otherSize, size > file.size else { return nil }
    return .news("\(file.path): was made longer by another program; \(remedyForLonger(file))")
  }

  /// How all of a file that has grown is mapped: the writer lets go of it first.
  func remedyForLonger(_ file: MmapFile) -> String {
    let path = Word.quote((fileName ?? file.path).string)
    return "`open \(path)` and then `open \(path) write` map all of it"
  }

  // The old name may be another file's by now.
  private func presentName(of file: MmapFile) -> String { document.newPath.map { name($0) } ?? file.path.string }

  private func emptiness(_ file: MmapFile) -> Event {
    .failure("\(presentName(of: file)): is empty now; what was there is not in it any more")
  }

  private func follow(_ file: MmapFile, wasEmpty: Bool) -> Event? {
    guard let size = otherSize else { return nil }
    if size == 0 { return emptiness(file) }
    guard let resized = try? file.reopenedQuietly() else { return nil }
    // An empty file stays mapped as it was before.
    let isShorter = !wasEmpty && resized.size < file.size
    take(resized, nil)
    guard isShorter, !isWatching else { return nil }
    // At once, and not as news, which are reported once: it may happen again in the same words.
    report(.news("\(presentName(of: file)): was cut to \(counted(resized.states.count, "page")) by another program"))
    return nil
  }
}
