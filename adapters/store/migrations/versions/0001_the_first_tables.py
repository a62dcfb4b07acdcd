"""The first tables."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
revision = '0001'
down_revision = None
branch_labels = None
depends_on = None

# An entry of the audit trail is never changed or taken away, whoever asks.
APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_rows_stay BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_stays BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
# A relay that listens hears of a new poke when its transaction commits.
WAKE_THE_RELAY = """
CREATE FUNCTION wake_the_relay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('pokes', '');
    RETURN NULL;
END $$;
CREATE TRIGGER pokes_wake_the_relay AFTER INSERT ON pokes
    FOR EACH STATEMENT EXECUTE FUNCTION wake_the_relay();
"""


def upgrade() -> None:
    op.create_table('audit',
    sa.Column('seq', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('account_id', sa.Text(), nullable=False),
    sa.Column('epoch', sa.BigInteger(), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('step_id', sa.Text(), nullable=True),
    sa.Column('channel', sa.Text(), nullable=True),
    sa.Column('why', sa.Text(), nullable=True),
    sa.Column('citation', sa.Text(), nullable=True),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('by', sa.Text(), nullable=True),
    sa.Column('dispatch_id', sa.Text(), nullable=True),
    sa.Column('once', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_audit')),
    sa.UniqueConstraint('account_id', 'once', name=op.f('uq_audit_account_id_once'))
    )
    op.create_index(op.f('ix_audit_account_id_epoch_seq'), 'audit', ['account_id', 'epoch', 'seq'], unique=False)
    op.create_table('cap_subjects',
    sa.Column('subject', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('subject', name=op.f('pk_cap_subjects'))
    )
    op.create_table('customers',
    sa.Column('customer_id', sa.Text(), nullable=False),
    sa.Column('first_name', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('time_zones', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.PrimaryKeyConstraint('customer_id', name=op.f('pk_customers'))
    )
    op.create_table('definitions',
    sa.Column('version', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('body', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.PrimaryKeyConstraint('version', name=op.f('pk_definitions'))
    )
    op.create_table('development_messages',
    sa.Column('dispatch_id', sa.Text(), nullable=False),
    sa.Column('seq', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('html', sa.Text(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.PrimaryKeyConstraint('dispatch_id', name=op.f('pk_development_messages'))
    )
    op.create_index(op.f('ix_development_messages_seq'), 'development_messages', ['seq'], unique=False)
    op.create_table('inbox',
    sa.Column('provider', sa.Text(), nullable=False),
    sa.Column('event_id', sa.Text(), nullable=False),
    sa.Column('body_hash', sa.Text(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.PrimaryKeyConstraint('provider', 'event_id', name=op.f('pk_inbox'))
    )
    op.create_table('suppressions',
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.PrimaryKeyConstraint('subject', name=op.f('pk_suppressions'))
    )
    op.create_table('accounts',
    sa.Column('account_id', sa.Text(), nullable=False),
    sa.Column('customer_id', sa.Text(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('time_zone', sa.Text(), nullable=False),
    sa.Column('country', sa.Text(), nullable=False),
    sa.Column('segment', sa.Text(), nullable=False),
    sa.Column('journey', sa.Text(), nullable=False),
    sa.Column('clock', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ver', sa.BigInteger(), server_default='1', nullable=False),
    sa.Column('epoch', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('prior_episodes', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.customer_id'], name=op.f('fk_accounts_customer_id')),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_accounts'))
    )
    op.create_index(op.f('ix_accounts_customer_id'), 'accounts', ['customer_id'], unique=False)
    op.create_index('ix_accounts_on_test_clocks', 'accounts', ['account_id'], unique=False, postgresql_where=sa.text('clock IS NOT NULL'))
    op.create_table('consents',
    sa.Column('customer_id', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('address_hash', sa.Text(), nullable=False),
    sa.Column('granted', sa.Boolean(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('ver', sa.BigInteger(), server_default='1', nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.CheckConstraint("channel IN ('sms', 'email', 'voice', 'letter')", name=op.f('ck_consents_channel')),
    sa.CheckConstraint("source IN ('feed', 'person', 'carrier')", name=op.f('ck_consents_source')),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.customer_id'], name=op.f('fk_consents_customer_id')),
    sa.PrimaryKeyConstraint('customer_id', 'channel', 'address_hash', name=op.f('pk_consents'))
    )
    op.create_table('contact_points',
    sa.Column('customer_id', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('address_hash', sa.Text(), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.CheckConstraint("channel IN ('sms', 'email', 'voice', 'letter')", name=op.f('ck_contact_points_channel')),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.customer_id'], name=op.f('fk_contact_points_customer_id')),
    sa.PrimaryKeyConstraint('customer_id', 'channel', 'address_hash', name=op.f('pk_contact_points'))
    )
    op.create_table('current_definitions',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('version', sa.Text(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.ForeignKeyConstraint(['version'], ['definitions.version'], name=op.f('fk_current_definitions_version')),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_current_definitions'))
    )
    op.create_table('bills',
    sa.Column('account_id', sa.Text(), nullable=False),
    sa.Column('bill_id', sa.Text(), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_in_epoch', sa.BigInteger(), nullable=True),
    sa.Column('given_up_minor', sa.BigInteger(), nullable=True),
    sa.Column('loosely_paid_minor', sa.BigInteger(), nullable=True),
    sa.CheckConstraint('num_nulls(closed_in_epoch, given_up_minor, loosely_paid_minor) IN (0, 3)', name=op.f('ck_bills_closed_whole')),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_bills_amount_minor')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.account_id'], name=op.f('fk_bills_account_id')),
    sa.PrimaryKeyConstraint('account_id', 'bill_id', name=op.f('pk_bills'))
    )
    op.create_table('dispatches',
    sa.Column('dispatch_id', sa.Text(), nullable=False),
    sa.Column('account_id', sa.Text(), nullable=False),
    sa.Column('customer_id', sa.Text(), nullable=False),
    sa.Column('epoch', sa.BigInteger(), nullable=False),
    sa.Column('step_id', sa.Text(), nullable=False),
    sa.Column('occurrence', sa.Integer(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('stage', sa.Text(), nullable=False),
    sa.Column('template', sa.Text(), nullable=False),
    sa.Column('version', sa.Text(), nullable=False),
    sa.Column('address_hash', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('claim_token', sa.Text(), nullable=True),
    sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('contacted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('account_ver', sa.BigInteger(), nullable=False),
    sa.Column('consent_ver', sa.BigInteger(), nullable=False),
    sa.Column('provider', sa.Text(), nullable=True),
    sa.Column('provider_message_id', sa.Text(), nullable=True),
    sa.Column('body_hash', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('empty_reads', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('last_empty_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("channel IN ('sms', 'email', 'voice', 'letter')", name=op.f('ck_dispatches_channel')),
    sa.CheckConstraint("purpose IN ('pre_due', 'collection', 'notice', 'offer')", name=op.f('ck_dispatches_purpose')),
    sa.CheckConstraint("stage IN ('pre_due', 'reminder', 'escalation', 'hardship')", name=op.f('ck_dispatches_stage')),
    sa.CheckConstraint("state <> 'dispatching' OR claim_token IS NOT NULL", name=op.f('ck_dispatches_claimed')),
    sa.CheckConstraint("state IN ('reserved', 'dispatching', 'accepted', 'refused', 'cancelled', 'unknown', 'abandoned')", name=op.f('ck_dispatches_state')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.account_id'], name=op.f('fk_dispatches_account_id')),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.customer_id'], name=op.f('fk_dispatches_customer_id')),
    sa.PrimaryKeyConstraint('dispatch_id', name=op.f('pk_dispatches')),
    sa.UniqueConstraint('account_id', 'epoch', 'step_id', 'occurrence', 'channel', name=op.f('uq_dispatches_account_id_epoch_step_id_occurrence_channel'))
    )
    op.create_index(op.f('ix_dispatches_address_hash_contacted_at'), 'dispatches', ['address_hash', 'contacted_at'], unique=False)
    op.create_index(op.f('ix_dispatches_customer_id_contacted_at'), 'dispatches', ['customer_id', 'contacted_at'], unique=False)
    op.create_index('ix_dispatches_unsettled', 'dispatches', ['claimed_at'], unique=False, postgresql_where=sa.text("state IN ('reserved', 'dispatching', 'unknown')"))
    op.create_table('holds',
    sa.Column('account_id', sa.Text(), nullable=False),
    sa.Column('hold_id', sa.Text(), nullable=False),
    sa.Column('epoch', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('clocks', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('placed_by', sa.Text(), nullable=False),
    sa.Column('released_by', sa.Text(), nullable=True),
    sa.CheckConstraint("reason IN ('operator_pause')", name=op.f('ck_holds_reason')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.account_id'], name=op.f('fk_holds_account_id')),
    sa.PrimaryKeyConstraint('account_id', 'hold_id', name=op.f('pk_holds'))
    )
    op.create_table('journeys',
    sa.Column('account_id', sa.Text(), nullable=False),
    sa.Column('epoch', sa.BigInteger(), nullable=False),
    sa.Column('journey', sa.Text(), nullable=False),
    sa.Column('version', sa.Text(), nullable=False),
    sa.Column('stage', sa.Text(), nullable=False),
    sa.Column('waiting', sa.Text(), nullable=True),
    sa.Column('next_step', sa.Text(), nullable=True),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('anchor', sa.Date(), nullable=True),
    sa.Column('delinquent', sa.Boolean(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('clock', sa.DateTime(timezone=True), nullable=True),
    sa.Column('noted_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('successor', sa.Boolean(), nullable=True),
    sa.CheckConstraint("outcome IN ('cured', 'written_off', 'handed_off', 'withdrawn')", name=op.f('ck_journeys_outcome')),
    sa.CheckConstraint("reason IN ('paid_before_due', 'arrears_cleared', 'write_off_step', 'hand_off_step', 'horizon_reached', 'bills_withdrawn', 'exited_by_order')", name=op.f('ck_journeys_reason')),
    sa.CheckConstraint("stage IN ('pre_due', 'reminder', 'escalation', 'hardship')", name=op.f('ck_journeys_stage')),
    sa.CheckConstraint("waiting IN ('step_due', 'deferred', 'paced', 'held', 'out_of_steps')", name=op.f('ck_journeys_waiting')),
    sa.CheckConstraint('(outcome IS NULL) = (ended_at IS NULL) AND (outcome IS NULL) = (reason IS NULL)', name=op.f('ck_journeys_ended_whole')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.account_id'], name=op.f('fk_journeys_account_id')),
    sa.ForeignKeyConstraint(['version'], ['definitions.version'], name=op.f('fk_journeys_version')),
    sa.PrimaryKeyConstraint('account_id', 'epoch', name=op.f('pk_journeys'))
    )
    op.create_index('ix_journeys_ended', 'journeys', ['outcome', 'account_id'], unique=False, postgresql_where=sa.text('outcome IS NOT NULL'))
    op.create_index('ix_journeys_open', 'journeys', ['stage', 'account_id'], unique=False, postgresql_where=sa.text('outcome IS NULL'))
    op.create_table('ledger',
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('source_event_id', sa.Text(), nullable=False),
    sa.Column('account_id', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('effective_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('account_ver', sa.BigInteger(), nullable=False),
    sa.Column('bill_id', sa.Text(), nullable=True),
    sa.Column('reverses', sa.Text(), nullable=True),
    sa.CheckConstraint("kind IN ('payment', 'reversal')", name=op.f('ck_ledger_kind')),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_ledger_amount_minor')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.account_id'], name=op.f('fk_ledger_account_id')),
    sa.PrimaryKeyConstraint('source', 'source_event_id', name=op.f('pk_ledger'))
    )
    op.create_index(op.f('ix_ledger_account_id'), 'ledger', ['account_id'], unique=False)
    op.create_table('pokes',
    sa.Column('account_id', sa.Text(), nullable=False),
    sa.Column('ver', sa.BigInteger(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('taken_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failures', sa.BigInteger(), server_default='0', nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.account_id'], name=op.f('fk_pokes_account_id')),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_pokes'))
    )
    op.create_index(op.f('ix_pokes_since'), 'pokes', ['since'], unique=False)
    op.create_table('tasks',
    sa.Column('account_id', sa.Text(), nullable=False),
    sa.Column('epoch', sa.BigInteger(), nullable=False),
    sa.Column('step_id', sa.Text(), nullable=False),
    sa.Column('occurrence', sa.BigInteger(), nullable=False),
    sa.Column('task', sa.Text(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_by', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.account_id'], name=op.f('fk_tasks_account_id')),
    sa.PrimaryKeyConstraint('account_id', 'epoch', 'step_id', 'occurrence', name=op.f('pk_tasks'))
    )
    op.create_index('ix_tasks_open', 'tasks', ['opened_at'], unique=False, postgresql_where=sa.text('closed_at IS NULL'))
    op.create_table('evidence',
    sa.Column('provider', sa.Text(), nullable=False),
    sa.Column('event_id', sa.Text(), nullable=False),
    sa.Column('dispatch_id', sa.Text(), nullable=False),
    sa.Column('provider_message_id', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.CheckConstraint("source IN ('answer', 'callback', 'list')", name=op.f('ck_evidence_source')),
    sa.ForeignKeyConstraint(['dispatch_id'], ['dispatches.dispatch_id'], name=op.f('fk_evidence_dispatch_id')),
    sa.PrimaryKeyConstraint('provider', 'event_id', name=op.f('pk_evidence'))
    )
    op.create_index(op.f('ix_evidence_dispatch_id'), 'evidence', ['dispatch_id'], unique=False)
    op.create_index(op.f('ix_evidence_provider_provider_message_id'), 'evidence', ['provider', 'provider_message_id'], unique=False)
    op.execute(APPEND_ONLY)
    op.execute(WAKE_THE_RELAY)


def downgrade() -> None:
    op.drop_index(op.f('ix_evidence_provider_provider_message_id'), table_name='evidence')
    op.drop_index(op.f('ix_evidence_dispatch_id'), table_name='evidence')
    op.drop_table('evidence')
    op.drop_index('ix_tasks_open', table_name='tasks', postgresql_where=sa.text('closed_at IS NULL'))
    op.drop_table('tasks')
    op.drop_index(op.f('ix_pokes_since'), table_name='pokes')
    op.drop_table('pokes')
    op.drop_index(op.f('ix_ledger_account_id'), table_name='ledger')
    op.drop_table('ledger')
    op.drop_index('ix_journeys_open', table_name='journeys', postgresql_where=sa.text('outcome IS NULL'))
    op.drop_index('ix_journeys_ended', table_name='journeys', postgresql_where=sa.text('outcome IS NOT NULL'))
    op.drop_table('journeys')
    op.drop_table('holds')
    op.drop_index('ix_dispatches_unsettled', table_name='dispatches', postgresql_where=sa.text("state IN ('reserved', 'dispatching', 'unknown')"))
    op.drop_index(op.f('ix_dispatches_customer_id_contacted_at'), table_name='dispatches')
    op.drop_index(op.f('ix_dispatches_address_hash_contacted_at'), table_name='dispatches')
    op.drop_table('dispatches')
    op.drop_table('bills')
    op.drop_table('current_definitions')
    op.drop_table('contact_points')
    op.drop_table('consents')
    op.drop_index('ix_accounts_on_test_clocks', table_name='accounts', postgresql_where=sa.text('clock IS NOT NULL'))
    op.drop_index(op.f('ix_accounts_customer_id'), table_name='accounts')
    op.drop_table('accounts')
    op.drop_table('suppressions')
    op.drop_table('inbox')
    op.drop_index(op.f('ix_development_messages_seq'), table_name='development_messages')
    op.drop_table('development_messages')
    op.drop_table('definitions')
    op.drop_table('customers')
    op.drop_table('cap_subjects')
    op.drop_index(op.f('ix_audit_account_id_epoch_seq'), table_name='audit')
    op.drop_table('audit')
    op.execute("DROP FUNCTION wake_the_relay")
    op.execute("DROP FUNCTION refuse_change")
