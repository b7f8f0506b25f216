BEGIN TRANSACTION;
CREATE TABLE audit(
  seq integer primary key,
  at real not null,
  event integer,
  record text,
  action text not null,
  detail text not null,
  release text,
  previous text not null,
  hash text not null
);
INSERT INTO "audit" VALUES(1,1000.0,1,'1','received','{"origin":"webhook"}','r1','0000000000000000000000000000000000000000000000000000000000000000','43d8f6e83f71584ff693e4e857cdda13f40cc9ddd19afa941c0dd5dc4ac7d465');
INSERT INTO "audit" VALUES(2,1000.0,2,'2','received','{"origin":"webhook"}','r1','43d8f6e83f71584ff693e4e857cdda13f40cc9ddd19afa941c0dd5dc4ac7d465','85aed78826ff9db806c74ca8cd20a2fe064def199d9ef9833bef9b9e09af5c26');
INSERT INTO "audit" VALUES(3,1000.0,3,'3','received','{"origin":"webhook"}','r1','85aed78826ff9db806c74ca8cd20a2fe064def199d9ef9833bef9b9e09af5c26','9ab7b2fde1054effa17fb3a64bcf62dcbeb59628a4cd1c505e7a912f234dcf2e');
INSERT INTO "audit" VALUES(4,1002.0,1,'1','intended','{"key":"1","step":"ensure:customer"}','r1','9ab7b2fde1054effa17fb3a64bcf62dcbeb59628a4cd1c505e7a912f234dcf2e','25670d6cd36055b3c99b98f5262952dd614881449c80c66717be141746564cbb');
INSERT INTO "audit" VALUES(5,1002.0,1,'1','ensured','{"entity":"customer","target":"C1"}','r1','25670d6cd36055b3c99b98f5262952dd614881449c80c66717be141746564cbb','11e33bed4de81a930ee80d91e231f1edc3a1b0e6cd6d747d332de237afb99e23');
INSERT INTO "audit" VALUES(6,1002.0,1,'1','intended','{"key":"BP1","step":"deliver"}','r1','11e33bed4de81a930ee80d91e231f1edc3a1b0e6cd6d747d332de237afb99e23','2763e26cd6a789684ea39ed0ef35661b0750bb4ddd3642c8cd62e863f44840de');
INSERT INTO "audit" VALUES(7,1002.0,1,'1','delivered','{"target":"0000001"}','r1','2763e26cd6a789684ea39ed0ef35661b0750bb4ddd3642c8cd62e863f44840de','add6ca795b9209627c8844986bb4cde04b2adf0fe4e6d8fc12bd17b54da4854e');
INSERT INTO "audit" VALUES(8,1002.0,2,'2','dead','{"code":"X-BAD"}','r1','add6ca795b9209627c8844986bb4cde04b2adf0fe4e6d8fc12bd17b54da4854e','a7ef439e054ab2bb3c397b061e8a496c381dcd6ed2c3caa52ab001e6be9bab69');
INSERT INTO "audit" VALUES(9,1002.0,3,'3','intended','{"key":"0","step":"ensure:customer"}','r1','a7ef439e054ab2bb3c397b061e8a496c381dcd6ed2c3caa52ab001e6be9bab69','84e6b95c3e15e336b6e0572405806656073fe8b380ce7328f4a91f69e29d406a');
INSERT INTO "audit" VALUES(10,1002.0,3,'3','ensured','{"entity":"customer","target":"C0"}','r1','84e6b95c3e15e336b6e0572405806656073fe8b380ce7328f4a91f69e29d406a','7fbab3a4bfb85b9a5f121d09e83b751e92cec3c738499d776adc95b1f0266564');
INSERT INTO "audit" VALUES(11,1002.0,3,'3','intended','{"key":"BP3","step":"deliver"}','r1','7fbab3a4bfb85b9a5f121d09e83b751e92cec3c738499d776adc95b1f0266564','345216b97eccabd3e9539253c673a2c166ad4735ffd6415adda20f9c23fdbe44');
INSERT INTO "audit" VALUES(12,1002.0,3,'3','delivered','{"target":"0000002"}','r1','345216b97eccabd3e9539253c673a2c166ad4735ffd6415adda20f9c23fdbe44','3b097623fd9d5cd98e38308dcd442aeadb1aeee1f21d3a2325b598244181fcb4');
INSERT INTO "audit" VALUES(13,1004.0,1,'1','done','{}','r1','3b097623fd9d5cd98e38308dcd442aeadb1aeee1f21d3a2325b598244181fcb4','c1f3693f2171fdcdc510feedde2ffd1a43cec55303e0378041a64135747bb009');
INSERT INTO "audit" VALUES(14,1004.0,3,'3','done','{}','r1','c1f3693f2171fdcdc510feedde2ffd1a43cec55303e0378041a64135747bb009','5c660dbbafcc78318fa4d2bac9cdde43473218e8855dc8e396f20f35c16d7367');
CREATE TABLE cursor(name text primary key, value text not null);
CREATE TABLE delivery(
  flow text not null,
  record text not null,
  target_key text not null,
  output blob not null,
  digest text not null,
  version integer,
  at real not null,
  primary key(flow, record)
);
INSERT INTO "delivery" VALUES('orders','1','0000001',X'7B2243554F52223A22425031222C2243554E4F223A224331222C224F524546223A225731222C2249544E4F223A224B4554544C45227D','3a13e0492fef67e9a1b3c85cb9d7588cf4534bab213606a73e786c65bb27ee0a',1,1002.0);
INSERT INTO "delivery" VALUES('orders','3','0000002',X'7B2243554F52223A22425033222C2243554E4F223A224330222C224F524546223A225733222C2249544E4F223A224B4554544C45227D','a9982af38b67f704d7525e5e02e0b74232b732c5445cb562ed4bf606a6209dba',1,1002.0);
CREATE TABLE effect(
  id integer primary key,
  event integer not null references event(id),
  flow text not null,
  step text not null,
  record text not null,
  natural_key text not null,
  idempotency text not null unique,
  request blob not null,
  state text not null,
  attempts integer not null default 0,
  due real not null,
  progress text,
  target_key text,
  code text,
  reason text,
  created_at real not null,
  finished_at real
);
INSERT INTO "effect" VALUES(1,1,'orders','ensure:customer','1','1','erp/ensure/customer/1',X'7B2243554E4F223A224331227D','done',1,1002.0,NULL,'C1',NULL,NULL,1002.0,1002.0);
INSERT INTO "effect" VALUES(2,1,'orders','deliver','1','BP1','orders/deliver/1',X'7B2243554F52223A22425031222C2243554E4F223A224331222C224F524546223A225731222C2249544E4F223A224B4554544C45227D','done',1,1002.0,'T1-BP1','0000001',NULL,NULL,1002.0,1002.0);
INSERT INTO "effect" VALUES(3,1,'orders','write_back','1','0000001','orders/write_back/1/0000001',X'7B227265636F7264223A2231222C22737461747573223A32312C226E6F7465223A226F726465722030303030303031222C226265666F7265223A6E756C6C7D','done',1,1002.0,NULL,'0000001',NULL,NULL,1002.0,1004.0);
INSERT INTO "effect" VALUES(4,3,'orders','ensure:customer','3','0','erp/ensure/customer/0',X'7B2243554E4F223A224330227D','done',1,1002.0,NULL,'C0',NULL,NULL,1002.0,1002.0);
INSERT INTO "effect" VALUES(5,3,'orders','deliver','3','BP3','orders/deliver/3',X'7B2243554F52223A22425033222C2243554E4F223A224330222C224F524546223A225733222C2249544E4F223A224B4554544C45227D','done',1,1002.0,'T2-BP3','0000002',NULL,NULL,1002.0,1002.0);
INSERT INTO "effect" VALUES(6,3,'orders','write_back','3','0000002','orders/write_back/3/0000002',X'7B227265636F7264223A2233222C22737461747573223A32312C226E6F7465223A226F726465722030303030303032222C226265666F7265223A6E756C6C7D','done',1,1002.0,NULL,'0000002',NULL,NULL,1002.0,1004.0);
CREATE TABLE event(
  id integer primary key,
  flow text not null,
  record text not null,
  origin text not null,
  dedupe text not null unique,
  raised_at real not null,
  received_at real not null,
  state text not null,
  attempts integer not null default 0,
  due real not null,
  version integer,
  release text,
  code text,
  reason text,
  finished_at real
);
INSERT INTO "event" VALUES(1,'orders','1','webhook','1/1',1000.0,1000.0,'done',1,1002.0,1,'r1',NULL,NULL,1004.0);
INSERT INTO "event" VALUES(2,'orders','2','webhook','2/1',1000.0,1000.0,'dead',1,1002.0,1,'r1','X-BAD','CUOR: cannot be mapped [bad]',1002.0);
INSERT INTO "event" VALUES(3,'orders','3','webhook','3/1',1000.0,1000.0,'done',1,1002.0,1,'r1',NULL,NULL,1004.0);
CREATE TABLE id_map(
  entity text not null,
  source_key text not null,
  target_key text not null,
  at real not null,
  primary key(entity, source_key)
);
INSERT INTO "id_map" VALUES('customer','1','C1',1002.0);
INSERT INTO "id_map" VALUES('sales_order','1','0000001',1002.0);
INSERT INTO "id_map" VALUES('customer','0','C0',1002.0);
INSERT INTO "id_map" VALUES('sales_order','3','0000002',1002.0);
CREATE TABLE input(
  event integer primary key references event(id),
  document blob not null,
  related blob not null
);
INSERT INTO "input" VALUES(1,X'7801AB56CA4C51B25230D451502A4B2D2ACECCCF83F292F3F34A12934B803C254325A06C516A5A6A516A5E722A48241C2C54925F92980356A06768A0540B001E721478',X'7801AB564ACECF2B494C2E51B252A8563204939929400AC8AEADAD0500987F0922');
INSERT INTO "input" VALUES(2,X'7801AB56CA4C51B25230D251502A4B2D2ACECCCF03F20C81BCE4FCBC92C4E412204FC94809C82F4A4D4B2D4ACD4B4E05898483859212415A4B8A4A536B01CDB7143A',X'7801AB564ACECF2B494C2E51B252A8563202939929400AC8AEADAD050098950924');
INSERT INTO "input" VALUES(3,X'7801AB56CA4C51B25230D651502A4B2D2ACECCCF03F20C81BCE4FCBC92C4E412204FC94009C82F4A4D4B2D4ACD4B4E0589841B2BD50200E3F71069',X'7801AB564ACECF2B494C2E51B252A8563200939929400AC8AEADAD050098690920');
CREATE INDEX event_ready on event(flow, due) where state in ('pending', 'retry', 'waiting');
CREATE INDEX event_open on event(flow, record, id) where state in ('pending', 'retry', 'waiting', 'working');
CREATE INDEX event_state on event(state, code);
CREATE INDEX event_record on event(record);
CREATE INDEX effect_open on effect(step, due) where state in ('queued', 'intent');
CREATE INDEX effect_record on effect(flow, record, step);
CREATE INDEX effect_event on effect(event);
CREATE INDEX id_map_target on id_map(entity, target_key);
CREATE INDEX audit_event on audit(event);
CREATE INDEX audit_record on audit(record);
CREATE TRIGGER audit_no_update before update on audit begin select raise(abort, 'audit is append-only'); end;
CREATE TRIGGER audit_no_delete before delete on audit begin select raise(abort, 'audit is append-only'); end;
PRAGMA user_version=1;
COMMIT;
