import Foundation
import TestSupport
import Testing

/// What is done by a real program, over and over, until it is ended.
struct Workload: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// What it needs, and whether it is there.
  let needs: String
  let isPossible: @Sendable () -> Bool
  /// Prints the names of its files and `go`, and goes on for ever.
  let script: String

  private init(_ name: String, needs programs: [String], module: String? = nil, _ script: String) {
    testDescription = name
    needs = (programs + [module.map { "python3 with \($0)" }].compactMap { $0 }).joined(separator: ", ")
    isPossible = { programs.allSatisfy(isInstalled) && (module == nil || python(with: module ?? "") != nil) }
    self.script = script.replacing("PYTHON", with: module.flatMap { python(with: $0) } ?? "python3")
  }

  static let all = [
    sqlite("a rollback journal that is deleted", "delete", watched: "f.db"),
    sqlite("a rollback journal that is cut to 0", "truncate", watched: "f.db", "f.db-journal"),
    sqlite("a write-ahead log", "wal", watched: "f.db", "f.db-wal", "f.db-shm"),
    sqliteByPython, lmdb("pages that are written", "False"), lmdb("pages that are mapped", "True"), curl, aria2,
    rotation("our own rotation by create", method: "mv log log.1; : > log"),
    rotation("our own rotation by copytruncate", method: "cp log log.1; : > log"),
    logrotate("create"), logrotate("copytruncate"), sed, vim, postgreSQL,
  ]

  // MARK: Databases

  private static func sqlite(_ name: String, _ mode: String, watched: String...) -> Workload {
    Workload(
      "SQLite, \(name)", needs: ["sqlite3"],
      """
      echo "pragma journal_mode=\(mode); pragma wal_autocheckpoint=50; create table t(x);" > start
      # A log is there while someone has the database open.
      work='insert into t values(randomblob(3000)); delete from t where rowid < (select max(rowid) from t) - 300;'
      { cat start; while :; do echo "$work"; done; } | sqlite3 f.db > answers &
      until [ -s f.db ] && \(watched.map { "[ -e \($0) ]" }.joined(separator: " && ")); do sleep 0.05; done
      \(watched.map { "echo \($0)" }.joined(separator: "; ")); echo go
      wait
      """)
  }

  private static let sqliteByPython = Workload(
    "SQLite by Python, larger transactions", needs: ["python3"], module: "sqlite3",
    """
    cat > work.py <<'END'
    import sqlite3, os
    db = sqlite3.connect("f.db")
    db.execute("pragma journal_mode=persist")
    db.execute("create table t(x)")
    db.commit()
    for name in ("f.db", "f.db-journal", "go"): print(name, flush=True)
    while True:
        for i in range(50): db.execute("insert into t values(?)", (os.urandom(2000),))
        db.execute("delete from t where rowid % 3 = 0")
        db.commit()
        if os.path.getsize("f.db") > 8 << 20:
            db.execute("delete from t")
            db.commit()
            db.execute("vacuum")
    END
    PYTHON work.py & wait
    """)

  private static func lmdb(_ name: String, _ isMapped: String) -> Workload {
    Workload(
      "LMDB by Python, \(name)", needs: ["python3"], module: "lmdb",
      """
      cat > work.py <<'END'
      import lmdb, os
      env = lmdb.open("f", map_size=16 << 20, writemap=\(isMapped), sync=True, subdir=False)
      with env.begin(write=True) as t: t.put(b"a", b"b")
      print("f\\ngo", flush=True)
      n = 0
      while True:
          with env.begin(write=True) as t:
              for i in range(20):
                  t.put(b"%d" % (n % 1000), os.urandom(2000))
                  n += 1
      END
      PYTHON work.py & wait
      """)
  }

  private static let postgreSQL = Workload(
    "PostgreSQL under pgbench", needs: ["pgbench", "setpriv"],
    """
    export PATH=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1):$PATH LC_ALL=C
    unprivileged test -w . || { echo "can't be run here: $PWD is closed to user 65534"; exit; }
    unprivileged initdb -D data -A trust -U t --no-sync --wal-segsize=1 > initdb
    unprivileged postgres -D data -k "$PWD" -h '' -c max_wal_size=4MB -c min_wal_size=2MB -c checkpoint_timeout=30 \\
      -c shared_buffers=2MB -c max_connections=10 > log &
    until pgbench -h "$PWD" -U t -i -s 1 postgres > init; do sleep 0.2; done
    ask() { psql -h "$PWD" -U t -Atc "$1" postgres; }
    for table in accounts tellers history; do echo data/$(ask "select pg_relation_filepath('pgbench_$table')"); done > names
    echo 'data/pg_wal/0*' >> names
    pgbench -n -h "$PWD" -U t -T 100000 -c 2 postgres > bench &
    until [ -s $(sed -n 3p names) ]; do sleep 0.1; done
    cat names; echo go
    wait
    """)

  // MARK: Downloads

  private static let server = """
    mkdir served; truncate -s 1g served/file
    PYTHON -c '
    import http.server, socketserver, os
    os.chdir("served")
    s = socketserver.ThreadingTCPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    open("../port", "w").write(str(s.server_address[1]) + "\\n")
    s.serve_forever()' &
    until [ -s port ]; do sleep 0.05; done
    url=http://127.0.0.1:$(cat port)/file

    """

  private static let curl = Workload(
    "curl, again and again", needs: ["curl", "python3"], module: "http.server",
    server + """
      # Each time the file is cut to 0, and comes again.
      while :; do curl -s --limit-rate 20m -m 1 -o file $url; done &
      until [ -s file ]; do sleep 0.05; done
      echo file; echo go
      wait
      """)

  private static let aria2 = Workload(
    "aria2, in pieces", needs: ["aria2c", "python3"], module: "http.server",
    server + """
      aria2c -q --max-overall-download-limit=8M -s 4 -x 4 -k 1M --file-allocation=none --auto-save-interval=1 $url &
      until [ -s file ] && [ -s file.aria2 ]; do sleep 0.05; done
      echo file; echo file.aria2; echo go
      wait
      """)

  // MARK: Logs and edits

  private static let logger = """
    while :; do seq 1 200 >> log; sleep 0.001; done &
    until [ -s log ]; do sleep 0.05; done
    echo log; echo go

    """

  private static func rotation(_ name: String, method: String) -> Workload {
    Workload("a log, \(name)", needs: ["sh"], logger + "while :; do sleep 0.3; \(method); done")
  }

  private static func logrotate(_ method: String) -> Workload {
    Workload(
      "logrotate, \(method)", needs: ["logrotate"],
      """
      chmod 755 .; me=$(id -un); group=$(id -gn)
      printf '%s/log {\\n su %s %s\\n rotate 2\\n \(method)\\n}\\n' "$PWD" $me $group > rules
      """ + "\n" + logger + "while :; do sleep 0.3; logrotate -f -s \"$PWD/state\" rules; done")
  }

  private static let sed = Workload(
    "sed -i", needs: ["sed"],
    """
    seq 1 20000 > text; echo text; echo go
    while :; do sed -i s/1/2/ text; sleep 0.05; sed -i s/2/1/ text; sleep 0.05; done
    """)

  private static let vim = Workload(
    "vim", needs: ["vim"],
    """
    seq 1 20000 > text; echo text; echo go
    while :; do vim -u NONE -es -c '%s/1/2/' -c wq text; vim -u NONE -es -c '%s/2/1/' -c 'set bkc=yes' -c wq text; done
    """)
}

/// A Python that has a module: not every one that is installed has those of Debian.
private func python(with module: String) -> String? {
  ["python3", "/usr/bin/python3"].first { (try? run($0, ["-c", "import \(module)"]))?.status == 0 }
}
