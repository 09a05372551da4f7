#!/bin/sh
# Makes the secrets of compose.yaml in deploy/compose/secrets, where they are not there yet. Keep a copy: without
# WEBHOOK_ENCRYPTION_KEY, a restored database has webhooks that can't be sent.
#
# Only the owner may enter the folder. Its files may be read by everybody, since the users of the containers, to which
# they are mounted one by one, own nothing on this machine.
set -eu
umask 077
folder=$(dirname "$0")/secrets
mkdir -p "$folder"
chmod 0700 "$folder"

# missing <name>: whether that secret is not there yet. keep <name>: stores standard input as that secret.
missing() { [ ! -e "$folder/$1" ]; }
keep() {
  cat > "$folder/$1.new"
  chmod 0444 "$folder/$1.new"
  mv "$folder/$1.new" "$folder/$1"
  echo "made $folder/$1"
}
random() { openssl rand -base64 48 | tr -d '\n'; }

if missing database_password; then openssl rand -hex 24 | tr -d '\n' | keep database_password; fi
if missing application.env; then
  password=$(cat "$folder/database_password")
  keep application.env <<END
DATABASE_URL=postgres://next_best_actions:$password@database:5432/next_best_actions
JWT_SECRET=$(random)
WEBHOOK_ENCRYPTION_KEY=$(random)
ADMIN_PASSWORD=$(openssl rand -base64 18)
END
fi
if missing tls.pem; then
  # For a trial. Put your certificate, its chain and its key in its place.
  openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost -keyout "$folder/tls.key" -out "$folder/tls.crt" 2> /dev/null
  cat "$folder/tls.crt" "$folder/tls.key" | keep tls.pem
  rm "$folder/tls.crt" "$folder/tls.key"
fi
