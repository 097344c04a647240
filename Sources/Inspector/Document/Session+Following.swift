import PageCache
import RangedMmap
import SystemPackage

// What others do to the open file.

extension Session {
  /// Tells, once, what others did to the file; one that is only looked at is followed as it grows and shrinks.
  func followFile() {
    document.updateStanding()
    if document.followsName { followName() }
    guard let file else { return }
    let isFollowed = !file.isWritable && document.standing != nil
    // A watch tells of the name itself, and of the size where it is followed.
    let isTold = [isWatching, isWatching && isFollowed]
    for event in document.news([nameComplaint(file), isFollowed ? follow(file) : sizeComplaint(file)], butFor: isTold) {
      note(event)
    }
  }

  /// Takes for told what a watch has told until its end; what came after its last look is still to be told.
  func takeAsTold(by watch: PageWatch) {
    guard let file, let seen = watch.seen, let now = sampledFile?.standing else { return }
    guard seen.file.identity == sampledFile?.identity else {
      note(turn(file))
      return
    }
    document.updateStanding()
    if seen.standing?.name == now.name { document.takeAsTold(name: nameComplaint(file)) }
    if !file.isWritable, seen.standing?.size == 0, now.size == 0 { document.takeAsTold(size: emptiness(file)) }
  }

  private func nameComplaint(_ file: MmapFile) -> Event? {
    let path = file.path
    switch document.standing?.name {
    case nil, .kept: return nil
    // Of one that is written, the check of its pages below tells so.
    case .deleted where file.isWritable && !file.mayLackName, .superseded where file.isWritable: return nil
    case .deleted where !file.hadName:
      return .news("\(path): has no name and had none when it was opened: a memfd, or a file that was deleted before")
    case .deleted:
      return Event(
        .failure, ["\(path): the file was deleted; its pages stay until the last program that has it open closes it"])
    case .superseded:
      return Event(
        .failure,
        [
          "\(path): another file has taken its name, and the one that you look at has none; "
            + "`open \(Word.quote(path.string))` shows the new one"
        ])
    case .moved(let new):
      let now = new.map { "is \(name($0)) now" } ?? "has another name now"
      return .news("\(path): was renamed; the file \(now), and is what you still look at")
    case .replaced(let new):
      let now = new.map { ", and the file that you look at is \(name($0))" } ?? ""
      return Event(
        .failure,
        ["\(path): its name leads to another file now\(now); `open \(Word.quote(path.string))` shows that one"])
    }
  }

  /// How long it may take until the name of the file is looked up again; `nil` if events tell when that is worth it.
  ///
  /// Nothing tells of a name that is made: once a second, as tail(1) with `-F` does.
  package var namePause: Duration? {
    guard document.followsName, file?.isWritable == false, let standing = document.standing, standing.name != .kept
    else { return nil }
    return .seconds(1)
  }

  // Turns to another file that has the name by now, as soon as it has bytes.
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
    if !isWatching { note(turn(file)) }
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
    do throws(MmapFileError) { try file.checkCoverage() } catch {
      return Event(.failure, [CommandError(error).description])
    }
    guard let size = otherSize, size > file.size else { return nil }
    let path = Word.quote((fileName ?? file.path).string)
    return .news(
      "\(file.path): was made longer by another program; `open \(path)` and then `open \(path) write` map all of it")
  }

  // The old one may be another file's by now.
  private func presentName(of file: MmapFile) -> String {
    document.newPath.map { name($0) } ?? file.path.string
  }

  private func emptiness(_ file: MmapFile) -> Event {
    Event(.failure, ["\(presentName(of: file)): is empty now; what was there is not in it any more"])
  }

  private func follow(_ file: MmapFile) -> Event? {
    guard let size = otherSize else { return nil }
    if size == 0 { return emptiness(file) }
    guard let resized = try? file.reopenedQuietly() else { return nil }
    let isShorter = resized.size < file.size
    take(resized, nil)
    guard isShorter, !isWatching else { return nil }
    // Noted at once: it is a thing that has happened, and may happen again in the same words.
    note(.news("\(presentName(of: file)): was cut to \(counted(resized.states.count, "page")) by another program"))
    return nil
  }
}
