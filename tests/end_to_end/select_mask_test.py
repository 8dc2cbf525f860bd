"""Selective and masked exports: the real program makes them from real databases and files, their raw bytes are searched for
what should not be in them, and they are brought back, or refused where that would cost what is there."""
import gzip
import json
import os
import sqlite3
import unittest
import uuid

from backup_postgres_test import psql, rows
from support import FIXTURES, Archive, Restoring, aviary_data, server_state, sqlite_rows, write

CLINIC = """
CREATE TABLE patients (id INTEGER PRIMARY KEY, email {text}(60) NOT NULL UNIQUE, phone {text}(30), born DATE, note TEXT,
  password_hash TEXT NOT NULL, api_token {text}(40) NOT NULL UNIQUE, score NUMERIC(10, 2));
CREATE TABLE visits (id INTEGER PRIMARY KEY, patient_id INTEGER NOT NULL REFERENCES patients (id), mail {text}(60), at DATE,
  cost NUMERIC(10, 2));
CREATE TABLE settings (key {text}(40) PRIMARY KEY, value TEXT);
CREATE INDEX by_note ON patients (note);
INSERT INTO patients VALUES
  (1, 'anna.secretive@hospital.example', '+49 170 5551234', '1980-02-29', 'Note of Anna', 'pbkdf2-anna', 'tok-anna-77', 12.50),
  (2, 'Bert.Hidden@hospital.example', '(030) 555-9876', '1999-12-31', NULL, 'pbkdf2-bert', 'tok-bert-77', 99.99),
  (3, 'cleo@hospital.example', NULL, NULL, 'Note of Cleo', 'pbkdf2-cleo', 'tok-cleo-77', NULL);
INSERT INTO visits VALUES
  (10, 1, 'anna.secretive@hospital.example', '2026-01-01', 10.00), (11, 1, NULL, '2026-01-31', 20.50),
  (12, 2, 'Bert.Hidden@hospital.example', '2025-12-31', 30.25), (13, 3, 'cleo@hospital.example', NULL, 40);
INSERT INTO settings VALUES ('smtp_password', 'hunter2-in-plain'), ('smtp_host', 'mail.internal.example'), ('theme', 'dark'),
  ('password_reset_timeout_hours', '24');
"""

# What no masked archive may hold, in any spelling.
ORIGINALS = ["anna.secretive", "Bert.Hidden", "cleo@", "hospital.example", "5551234", "555-9876", "1980-02-29", "1999-12-31",
             "pbkdf2", "tok-anna", "tok-bert", "tok-cleo", "hunter2", "internal.example", "Note of"]

MASK = """
  - plugin: mask
    key: ${MASK_KEY}
    secrets: drop
    rules:
      - {column: patients.email, email: true}
      - {column: visits.mail, email: true}
      - {column: patients.phone, digits: true}
      - {column: patients.born, value: 1970-01-01}
      - {column: patients.note, set-null: true}
      - {column: settings.value, value: masked, where: {key: smtp_*}}
"""


class Selective(Restoring):
    def setUp(self):
        super().setUp()
        if "PGHOST" not in os.environ:
            self.fail("no PostgreSQL: run this through scripts/with-postgres.sh or scripts/test.sh")
        self.clinic = self.folder / "clinic.db"
        self.make(self.clinic, CLINIC.format(text="VARCHAR"))

    def make(self, path, sql):
        database = sqlite3.connect(path)
        database.executescript(sql)
        database.close()

    def create_database(self, sql=None):
        name = "e2e_" + uuid.uuid4().hex[:12]
        psql("postgres", "-c", f"CREATE DATABASE {name}")
        self.addCleanup(lambda: psql("postgres", "-c", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", check=False))
        if sql:
            psql(name, sql=sql)
        return name

    def run_through(self, sources, transforms, sinks, *arguments, expect=0, **env):
        path = self.folder / f"{uuid.uuid4().hex}.yaml"
        path.write_text("roost: 1\nname: part\nsources:\n" + "".join(f"  - {source}\n" for source in sources) +
                        (f"transforms:{transforms}" if transforms else "") +
                        "sinks:\n" + "".join(f"  - {sink}\n" for sink in sinks))
        self.result = self.roost("run", path, "--yes", "--progress", "none", *arguments, expect=expect, env={
            "MASK_KEY": "a key of more than sixteen characters", **env,
            **{name: os.environ[name] for name in ("PGHOST", "PGPORT", "PGUSER")}})
        return self.result

    def export(self, url, transforms, name="part.tar.gz", **more):
        target = self.out / name
        self.run_through([f"{{plugin: database, url: '{url}'}}"], transforms, [f"{{plugin: archive, url: 'file:{target}'}}"],
                         **more)
        return target

    def bring_back(self, archive, url, options="", expect=0, transforms=""):
        return self.run_through([f"{{plugin: archive, url: 'file:{archive}'}}"], transforms,
                                [f"{{plugin: database, url: '{url}'{options}}}"], expect=expect)

    def assertNoOriginals(self, archive, originals=ORIGINALS):
        raw = gzip.decompress(archive.read_bytes()).lower()
        for original in originals:
            self.assertNotIn(original.lower().encode(), raw)

    # --- mask ---

    def check_masked(self, archive):
        self.assertNoOriginals(archive)
        self.assertNotIn("a key of more", self.result.stdout + self.result.stderr)
        made = Archive(archive)
        patients = made.records("patients")
        visits = made.records("visits")
        for patient in patients:
            self.assertRegex(patient["email"], r"^[0-9a-f]{24}@example\.invalid$")
            self.assertEqual((patient["born"], patient["note"], patient["password_hash"]), ("1970-01-01", None, ""))
        self.assertEqual(len({patient["email"] for patient in patients}), 3)
        self.assertEqual([patient["api_token"] for patient in patients], ["dropped-1", "dropped-2", "dropped-3"])
        self.assertRegex(patients[0]["phone"], r"^\+\d\d \d{3} \d{7}$")
        self.assertRegex(patients[1]["phone"], r"^\(\d{3}\) \d{3}-\d{4}$")
        self.assertIsNone(patients[2]["phone"])
        # The same value becomes the same, so that joins find it.
        self.assertEqual([visit["mail"] for visit in visits],
                         [patients[0]["email"], None, patients[1]["email"], patients[2]["email"]])
        self.assertEqual([visit["id"] for visit in visits], [10, 11, 12, 13])
        self.assertEqual({row["key"]: row["value"] for row in made.records("settings")},
                         {"smtp_password": "masked", "smtp_host": "masked", "theme": "dark",
                          "password_reset_timeout_hours": "24"})
        self.assertEqual({table["name"]: table.get("partial", False) for table in made.metadata["roost"]["tables"]},
                         {"patients": True, "visits": True, "settings": True})
        for line in ("table patients is masked: email (email), phone (digits), born (a fixed value), note (NULL), password_hash "
                     "(''), api_token (numbered placeholders)",
                     "table visits is masked: mail (email)",
                     "table settings is masked: value (a fixed value in some rows, NULL in some rows)"):
            self.assertIn("transform 1 'mask' (mask): " + line + "\n", self.result.stderr)

    def test_a_masked_archive_of_sqlite_has_no_original(self):
        before = self.clinic.read_bytes()
        self.check_masked(self.export(f"sqlite:{self.clinic}", MASK))
        self.assertEqual(self.clinic.read_bytes(), before)

    def test_a_masked_archive_of_postgresql_is_the_same_and_restores(self):
        database = self.create_database(CLINIC.format(text="varchar"))
        archive = self.export(f"postgresql:///{database}", MASK)
        self.check_masked(archive)
        there = Archive(archive).records("patients")
        here = Archive(self.export(f"sqlite:{self.clinic}", MASK, "other.tar.gz")).records("patients")
        self.assertEqual([(row["email"], row["phone"]) for row in there], [(row["email"], row["phone"]) for row in here])
        empty = self.create_database()
        self.bring_back(archive, f"postgresql:///{empty}")
        self.assertEqual(rows(empty, "SELECT email, phone, born, note, password_hash, api_token, score FROM patients "
                                     "ORDER BY id"),
                         [[row["email"], row["phone"], "1970-01-01", None, "", row["api_token"], score]
                          for row, score in zip(there, ("12.50", "99.99", None))])

    def test_another_key_gives_another_archive(self):
        first = Archive(self.export(f"sqlite:{self.clinic}", MASK)).records("patients")
        second = Archive(self.export(f"sqlite:{self.clinic}", MASK, "2.tar.gz", MASK_KEY="0123456789abcdef")).records("patients")
        self.assertFalse({row["email"] for row in first} & {row["email"] for row in second})

    def test_secrets_of_aviary_in_one_line(self):
        aviary_data(self.data)
        database = sqlite3.connect(self.data / "aviary.db")
        database.execute("UPDATE system_settings SET value = 'plain-smtp-secret' WHERE key = 'smtp_password'")
        database.commit()
        secrets = ["plain-smtp-secret"]
        for table, column in (("users", "password"), ("users", "reset_token"), ("users", "rmapi_config"),
                              ("api_keys", "key_hash"), ("user_sessions", "token_hash")):
            secrets += [row[0] for row in database.execute(f"SELECT {column} FROM {table}") if row[0] and len(row[0]) > 7]
        counts = {name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("users", "api_keys")}
        database.close()
        self.assertGreater(len(secrets), 10)
        plain = self.export(f"sqlite:{self.data}/aviary.db", "\n  - {plugin: mask}\n", "plain.tar.gz")
        self.assertIn("these look like secrets and are kept: users.password, users.rmapi_config, users.reset_token, "
                      "api_keys.key_hash, user_sessions.token_hash, system_settings.value where key is the name of a secret",
                      self.result.stderr)
        raw = gzip.decompress(plain.read_bytes())
        self.assertIn(secrets[0].encode(), raw)
        self.assertFalse(any("partial" in table for table in Archive(plain).metadata["roost"]["tables"]))
        archive = self.export(f"sqlite:{self.data}/aviary.db", "\n  - {plugin: mask, secrets: drop}\n")
        self.assertNoOriginals(archive, secrets)
        made = Archive(archive)
        self.assertEqual({name: len(made.records(name)) for name in counts}, counts)

    def test_masks_that_can_not_be_are_refused_before_anything_is_written(self):
        for rules, message in (
                ("{column: patients.email, set-null: true}",
                 "the rule of line 9: patients.email can't be NULL"),
                ("{column: visits.patient_id, digits: true}",
                 "visits.patient_id refers to patients.id, and only the former is masked"),
                ("{column: patients.emial, set-null: true}", "'rules': there is no column 'patients.emial'")):
            target = self.out / "none.tar.gz"
            self.export(f"sqlite:{self.clinic}",
                        f"\n  - plugin: mask\n    key: 0123456789abcdef\n    rules:\n      - {rules}\n", target.name, expect=1)
            self.assertIn(message, self.result.stderr)
            self.assertFalse(target.exists())
        for options, message in (
                ("{plugin: mask, rules: {column: a.b, hash: true}}", "'hash', 'email' and 'digits' need a 'key'"),
                ("{plugin: mask, key: short}", "'key' needs 16 characters or more: a shorter one can be guessed"),
                ("{plugin: mask, rules: {column: a.b}}",
                 "a rule takes one of 'set-null', 'value', 'hash', 'email', 'digits' and 'keep'"),
                ("{plugin: select, where: {table: a, column: b}}",
                 "a condition has to ask something: add 'is', 'like', 'from', 'to' or 'is-null'"),
                ("{plugin: select, columns: id}", "'columns' takes table.column: 'id' names no table"),
                ("{plugin: select, newer-than: yesterday}", "'newer-than' takes an age or a time")):
            self.export(f"sqlite:{self.clinic}", f"\n  - {options}\n", "none.tar.gz", expect=2)
            self.assertIn(message, self.result.stderr)
            self.assertNotIn("short", self.result.stderr.replace("shorter", ""))

    # --- select ---

    def test_rows_and_columns_of_either_database(self):
        chosen = """
  - plugin: select
    exclude-tables: settings
    exclude-columns: ['*.password_hash', 'patients.note']
    where:
      - {table: visits, column: at, from: 2026-01-01, to: 2026-01-31}
      - {table: visits, column: cost, from: 10.01}
"""
        database = self.create_database(CLINIC.format(text="varchar"))
        for url in (f"sqlite:{self.clinic}", f"postgresql:///{database}"):
            archive = self.export(url, chosen, uuid.uuid4().hex + ".tar.gz")
            made = Archive(archive)
            self.assertEqual(sorted(name for _, name in made.tables), ["patients", "visits"])
            self.assertEqual([row["id"] for row in made.records("visits")], [11])
            self.assertEqual(list(made.records("patients")[0]),
                             ["id", "email", "phone", "born", "api_token", "score"])
            self.assertEqual(len(made.records("patients")), 3)
            self.assertEqual(made.metadata["exported_tables"], ["patients", "visits"])
            self.assertEqual({table["name"]: (table["rows"], table.get("partial")) for table in made.metadata["roost"]["tables"]},
                             {"patients": (3, True), "visits": (1, True)})
            self.assertEqual({table["name"]: table.get("partial") for table in made.schema["tables"]},
                             {"patients": True, "visits": True})
            self.assertNoOriginals(archive, ["pbkdf2", "Note of", "hunter2"])
            self.assertIn("the index 'by_note' is left out: column 'note' is dropped", self.result.stderr)
            self.roost("verify", archive)
            self.assertIn("warning: the archive has only a part of these tables, or masked values of them: patients, visits\n",
                          self.roost("inspect", archive).stdout)

    def test_a_part_never_replaces_a_whole_unless_it_is_said(self):
        archive = self.export(f"sqlite:{self.clinic}",
                              "\n  - {plugin: select, tables: visits, where: {table: visits, column: id, is: 12}}\n")
        refusal = ("table visits comes in part or with masked values, and its 4 rows in the target would go for it; 'mode: add' "
                   "or 'mode: merge' keeps them, 'partial: replace' replaces them")
        database = self.create_database(CLINIC.format(text="varchar"))
        mapped = "\n  - plugin: schema-map\n"
        for url in (f"sqlite:{self.clinic}", f"postgresql:///{database}"):
            for mode in ("auto", "replace"):
                self.bring_back(archive, url, f", mode: {mode}", expect=1, transforms=mapped)
                self.assertIn(refusal, self.result.stderr)
        self.assertEqual(len(sqlite_rows(self.clinic, "visits")), 4)
        for url, count in ((f"sqlite:{self.clinic}", lambda: [len(sqlite_rows(self.clinic, "visits"))]),
                           (f"postgresql:///{database}",
                            lambda: [int(rows(database, "SELECT count(*) FROM visits")[0][0])])):
            self.bring_back(archive, url, ", mode: merge", transforms=mapped)
            self.assertEqual(count(), [4])
            self.bring_back(archive, url, ", mode: add", transforms=mapped)
            self.assertEqual(count(), [4])
            self.bring_back(archive, url, ", partial: replace", transforms=mapped)
            self.assertEqual(count(), [1])
        self.assertEqual(sqlite_rows(self.clinic, "visits"), [[12, 2, "Bert.Hidden@hospital.example", "2025-12-31", 30.25]])

    def test_a_merged_part_leaves_the_columns_alone_that_did_not_come(self):
        archive = self.export(f"sqlite:{self.clinic}", "\n  - {plugin: select, tables: patients, columns: [patients.id, "
                                                       "patients.email, patients.password_hash, patients.api_token]}\n")
        self.make(self.clinic, "UPDATE patients SET email = 'x' || id, note = 'newer'; DELETE FROM patients WHERE id = 3;"
                               "DELETE FROM visits WHERE patient_id = 3;")
        self.bring_back(archive, f"sqlite:{self.clinic}", ", mode: merge")
        self.assertEqual(sqlite_rows(self.clinic, "patients", "id, email, note"),
                         [[1, "anna.secretive@hospital.example", "newer"], [2, "Bert.Hidden@hospital.example", "newer"],
                          [3, "cleo@hospital.example", None]])

    def test_rows_that_refer_to_rows_left_out_are_told_of_and_the_database_decides(self):
        archive = self.export(f"sqlite:{self.clinic}",
                              "\n  - {plugin: select, where: {table: patients, column: id, is: 1}}\n")
        self.assertIn("rows of table visits (patient_id) may refer to rows of patients that 'where' leaves out",
                      self.result.stderr)
        target = self.out / "new.db"
        self.bring_back(archive, f"sqlite:{target}")  # which keeps such rows, and says so
        self.assertIn("table 'visits': 2 rows refer by patient_id to rows of table 'patients' that are not there",
                      self.result.stderr)
        self.assertEqual(len(sqlite_rows(target, "visits")), 4)
        database = self.create_database()
        self.bring_back(archive, f"postgresql:///{database}", expect=1, transforms="\n  - plugin: schema-map\n")
        self.assertIn("visits", self.result.stderr)
        self.assertEqual(rows(database, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), [["0"]])

    def test_values_that_can_not_be_compared_are_counted(self):
        self.make(self.clinic, "CREATE TABLE odd (id INTEGER PRIMARY KEY, amount INTEGER);"
                               "INSERT INTO odd VALUES (1, 5), (2, 'many'), (3, x'05'), (4, 5.0), (5, NULL), (6, 6.5);")
        archive = self.export(f"sqlite:{self.clinic}",
                              "\n  - {plugin: select, tables: odd, where: {table: odd, column: amount, from: 5}}\n")
        self.assertEqual([row["id"] for row in Archive(archive).records("odd")], [1, 4, 6])
        self.assertIn("odd.amount: 2 values are of a kind that 'where' can't compare; their rows are left out", self.result.stderr)

    # --- files ---

    def files(self):
        users = aviary_data(self.data, extra_files=False)
        pdfs = self.data / "users" / users[0] / "pdfs"
        (pdfs / "reports").mkdir()
        os.chmod(pdfs / "reports", 0o700)
        write(pdfs / "reports" / "old.pdf", b"old", 0o600, 1_000_000_000)
        write(pdfs / "reports" / "large.pdf", b"x" * 50_000, 0o600, 1_700_000_000)
        write(pdfs / "scratch.tmp", b"tmp", 0o600, 1_700_000_000)
        return users

    def export_files(self, options, name="files.tar.gz"):
        target = self.out / name
        self.run_through([f"{{plugin: storage, url: 'file:{self.data}/users'}}"], f"\n  - {{plugin: select, {options}}}\n",
                         [f"{{plugin: archive, url: 'file:{target}'}}"])
        return Archive(target)

    def test_files_by_kind_path_size_and_age(self):
        users = self.files()
        top = f"filesystem/documents/{users[0]}/"

        def names(archive):
            return sorted(name.decode() for name in archive.members if name.startswith(b"filesystem/"))

        self.assertEqual(names(self.export_files("kinds: documents, files: 'reports/*.pdf'", "1.tar.gz")),
                         [top + "reports/large.pdf", top + "reports/old.pdf"])
        made = self.export_files("kinds: documents, files: reports/, smaller-than: 1 KiB", "2.tar.gz")
        self.assertEqual(names(made), [top + "reports/old.pdf"])
        self.assertEqual(made.infos[(top + "reports").encode()].mode & 0o777, 0o700)
        entries = {kind["kind"]: kind for kind in made.metadata["roost"]["entries"]}
        self.assertEqual({key: entries["documents"][key] for key in ("files", "bytes", "partial")},
                         {"files": 1, "bytes": 3, "partial": "files"})
        self.assertEqual(list(entries), ["documents"])
        self.assertEqual((made.metadata["total_documents"], made.metadata["total_size_bytes"]), (1, 3))
        old = names(self.export_files("older-than: '2001-10-01', exclude-files: '*.tmp'", "3.tar.gz"))
        self.assertEqual(old, [top + "reports/old.pdf"])
        new = names(self.export_files("newer-than: 2020-09-14T00:00:00Z, exclude-files: '*.tmp'", "4.tar.gz"))
        self.assertEqual(new, [top + "reports/large.pdf"])
        whole = self.export_files("kinds: configs", "5.tar.gz").metadata["roost"]["entries"]
        self.assertEqual([(kind["kind"], kind["files"], kind.get("partial")) for kind in whole], [("configs", len(users), None)])

    def test_a_part_of_the_files_never_costs_a_user_the_others(self):
        self.files()
        self.export_files("kinds: documents, files: '*.tmp'")
        archive = self.out / "files.tar.gz"
        users = self.data / "users"
        state = server_state(self.data)

        def restore(options, expect=0):
            return self.run_through([f"{{plugin: archive, url: 'file:{archive}'}}"], "",
                                    [f"{{plugin: storage, url: 'file:{users}'{options}}}"], expect=expect)

        for mode in ("replace", "replace-users"):
            restore(f", mode: {mode}", expect=1)
            self.assertIn("only some files of the kind 'documents' come, and ", self.result.stderr)
            self.assertIn("that are there would go for them; 'mode: merge' keeps the others, 'partial: replace' does not",
                          self.result.stderr)
        self.assertEqual(server_state(self.data), state)
        next(users.rglob("scratch.tmp")).unlink()
        restore(", mode: merge")
        self.assertEqual({k: v[0] for k, v in server_state(self.data).items() if k.startswith("file ")},
                         {k: v[0] for k, v in state.items() if k.startswith("file ")})
        restore(", partial: replace")
        self.assertEqual([path.name for path in users.rglob("*") if path.is_file() and path.parent.name != "rmapi"],
                         ["scratch.tmp"])

    def test_restore_yaml_refuses_a_part_and_takes_it_when_told_how(self):
        users = aviary_data(self.data)
        self.run_through([f"{{plugin: database, url: 'sqlite:{self.data}/aviary.db'}}",
                          f"{{plugin: storage, url: 'file:{self.data}/users'}}"],
                         "\n  - {plugin: select, tables: users, where: {table: users, column: username, is: alice}, "
                         "files: '*.bin'}\n",
                         [f"{{plugin: archive, url: 'file:{self.out}/part.tar.gz'}}"])
        before = server_state(self.data)
        self.restore(self.out / "part.tar.gz", self.data, "--yes", expect=1)
        self.assertIn("table users comes in part or with masked values, and its 5 rows in the target would go for it",
                      self.result.stderr)
        self.assertEqual(server_state(self.data), before)
        self.restore(self.out / "part.tar.gz", self.data, "--yes", "--set", "mode=merge", "--set", "files_mode=merge")
        self.assertEqual(server_state(self.data), before)
        dry = self.restore(self.out / "part.tar.gz", self.data, "--dry-run", "--set", "mode=merge", "--set", "files_mode=merge")
        self.assertIn("the archive has only a part of these tables, or masked values of them: users", dry.stdout)
        self.assertIn("the archive has only some of the files of the kind 'documents'", dry.stdout)
        self.assertEqual(len(users), 5)

    def test_files_that_would_be_removed_are_not_left_out(self):
        documents = self.folder / "pdfs"
        documents.mkdir()
        write(documents / "a.pdf", b"a", 0o600, 1_600_000_000)
        write(documents / "b.txt", b"b", 0o600, 1_600_000_000)
        self.make(self.data / "aviary.db", (FIXTURES / "aviary" / "schema-sqlite.sql").read_text())
        self.run_through([f"{{plugin: aviary-single-user, documents: '{documents}', username: admin, password: 'correct horse', "
                          "move: true}"],
                         "\n  - {plugin: select, files: '*.pdf'}\n",
                         [f"{{plugin: database, url: 'sqlite:{self.data}/aviary.db', mode: add}}",
                          f"{{plugin: storage, url: 'file:{self.data}/users', mode: add}}"], expect=1)
        self.assertIn("removes its files of the kind 'documents' after the run, and a transform leaves some of them out: they "
                      "would be lost", self.result.stderr)
        self.assertEqual(sorted(path.name for path in documents.iterdir()), ["a.pdf", "b.txt"])


if __name__ == "__main__":
    unittest.main()
